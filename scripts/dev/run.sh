# shellcheck shell=bash
# Brink in front of a real site, on this machine's loopback.

usage_run() {
  cat <<'TEXT'
usage: ./dev run [--origin URL] [--http PORT] [--https PORT] [--control PORT] [arguments for `brink run`]

Builds Brink, starts nginx with the demo site of examples/site (not with --origin: then Brink stands before your own
server, as in --origin http://127.0.0.1:3000) and Brink in front of it. The ports are 8080, 8443 and 8787. Everything
that is written lies in build/run/. Ctrl-C stops everything.
TEXT
}

dev_run() {
  local origin='' http=8080 https=8443 control=8787 arguments=()
  while (($#)); do
    case $1 in
      --origin | --http | --https | --control)
        (($# > 1)) || unknown_argument run "$1 without its value"
        printf -v "${1#--}" %s "$2"
        shift 2
        ;;
      --origin=* | --http=* | --https=* | --control=*)
        local name=${1%%=*}
        printf -v "${name#--}" %s "${1#*=}"
        shift
        ;;
      *)
        arguments+=("$1")
        shift
        ;;
    esac
  done
  [[ -z $origin || $origin =~ ^https?://[^/]+ ]] || die "--origin wants a URL such as http://127.0.0.1:3000, not $origin"
  local port
  for port in "$http" "$https" "$control"; do
    [[ $port =~ ^[1-9][0-9]{0,4}$ && $port -lt 65536 ]] || die "no such port: $port"
  done

  require build run
  build release brink
  check_port http "$http"
  check_port https "$https"
  check_port control "$control"

  ORIGIN_PID='' BRINK_PID=''
  trap stop_everything EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  mkdir -p build/run
  if [[ -z $origin ]]; then
    start_origin
    origin=http://127.0.0.1:$ORIGIN_PORT
    say "the demo site's nginx answers at $origin"
  fi

  write_config "$origin" "$http" "$https" "$control" >build/run/brink.toml
  # In a session of its own, so that Ctrl-C reaches it once, from here, and not from the terminal as well.
  setsid build/release/brink run --config build/run/brink.toml "${arguments[@]}" &
  BRINK_PID=$!
  wait_until 20 answers_or_ended "http://127.0.0.1:$control/readyz" "$BRINK_PID" ||
    die "Brink was not ready within 20 s; what it said is above"
  is_running "$BRINK_PID" || die "Brink ended at once; what it said is above"
  print_what_to_try "$origin" "$http" "$https" "$control"

  local status=0
  wait "$BRINK_PID" || status=$?
  BRINK_PID=''
  die "Brink ended by itself (status $status)"
}

check_port() {
  port_is_taken "$2" || return 0
  die "port $2 is taken: stop what listens there, or choose another with --$1 PORT"
}

write_config() {
  local origin=$1 http=$2 https=$3 control=$4 http_listen="\"127.0.0.1:$2\"" https_listen="\"127.0.0.1:$3\""
  if has_ipv6_loopback; then
    http_listen+=", \"[::1]:$http\""
    https_listen+=", \"[::1]:$https\""
  fi
  cat <<TOML
# Written by ./dev run.
[node]
data_dir = "$ROOT/build/run/data"
threads = 0

[edge]
http = [$http_listen]
https = [$https_listen]

[control]
listen = "127.0.0.1:$control"

[log]
access = "$ROOT/build/run/access.jsonl"

[[zone]]
name = "localhost"
hosts = ["*"]
origin = "$origin"
TOML
}

print_what_to_try() {
  local origin=$1 http=$2 https=$3 control=$4
  printf '\n  %sBrink stands before %s%s\n\n' "$BOLD" "$origin" "$PLAIN"
  hint "http://localhost:$http" ''
  hint "https://localhost:$https" "the certificate is from Brink's own local CA: your browser will ask"
  printf '\n'
  hint "curl -i http://localhost:$http/" 'over HTTP/1.1'
  hint "curl -ik https://localhost:$https/" 'over HTTP/2'
  hint "curl -s http://127.0.0.1:$control/metrics" 'what Prometheus would read'
  hint "tail -f $ROOT/build/run/access.jsonl" 'one JSON line for each request'
  hint "kill -HUP $BRINK_PID" 'reads build/run/brink.toml again'
  printf '\n  Ctrl-C stops everything.\n\n'
}

hint() { printf '    %-44s %s\n' "$1" "$2"; }

# Brink first, so that what it has in flight still finds its origin. It takes a second signal as "at once".
stop_everything() {
  local status=$? pid
  trap - EXIT
  trap 'kill -TERM $BRINK_PID $ORIGIN_PID 2>/dev/null || true' INT TERM HUP
  if [[ -n $BRINK_PID ]]; then say "stopping: what is in flight may finish, Ctrl-C again ends it at once"; fi
  for pid in $BRINK_PID $ORIGIN_PID; do
    is_running "$pid" || continue
    kill -TERM "$pid" 2>/dev/null || true
    wait_until "$STOP_SECONDS" has_ended "$pid" || kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  exit "$status"
}

STOP_SECONDS=60

has_ended() { ! is_running "$1"; }
