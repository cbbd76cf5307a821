# shellcheck shell=bash
# The demo origin: Debian's nginx as a plain child process on a free loopback port, serving examples/site.

# Sets ORIGIN_PID and ORIGIN_PORT. Another process may take a port between the look and the bind, so nginx's own
# answer decides and the next port is tried.
start_origin() {
  local dir=$ROOT/build/run/nginx attempt
  mkdir -p "$dir/tmp"
  for attempt in {1..20}; do
    ORIGIN_PORT=$((20000 + RANDOM % 20000))
    port_is_taken "$ORIGIN_PORT" && continue
    sed -e "s|@PORT@|$ORIGIN_PORT|g" -e "s|@DIR@|$dir|g" -e "s|@SITE@|$ROOT/examples/site|g" \
      examples/nginx-site.conf.in >"$dir/nginx.conf"
    setsid /usr/sbin/nginx -p "$dir" -c "$dir/nginx.conf" -e "$dir/error.log" 2>"$dir/stderr.log" &
    ORIGIN_PID=$!
    wait_until 5 answers_or_ended "http://127.0.0.1:$ORIGIN_PORT/" "$ORIGIN_PID" || true
    is_running "$ORIGIN_PID" && return
  done
  cat "$dir/stderr.log" >&2
  die "nginx did not start on any of $attempt ports"
}

answers_or_ended() { answers "$1" || ! is_running "$2"; }
answers() { curl --silent --fail --output /dev/null --max-time 2 --noproxy '*' "$1"; }
is_running() { kill -0 "$1" 2>/dev/null; }

# wait_until SECONDS COMMAND...: asks ten times a second until the command succeeds or the time is up.
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.1
  done
}

# Whether a process listens on the port, on loopback or on every address: the kernel's tables name an address as hex
# words of the machine's byte order, and 0A is LISTEN.
port_is_taken() {
  local port any='0{8}|0{32}' loopback='0100007F|0{24}01000000'
  port=$(printf '%04X' "$1")
  grep -Eqs "^ *[0-9]+: ($any|$loopback):$port [0-9A-F]+:[0-9A-F]+ 0A " /proc/net/tcp /proc/net/tcp6
}

has_ipv6_loopback() { grep -qs ' lo$' /proc/net/if_inet6; }
