# shellcheck shell=bash
# The packages each need asks for, from Debian and npm, and how the missing ones come onto the machine.

# "package:command" is content with the command, whoever installed it (Node.js often comes from elsewhere).
declare -A PACKAGES=(
  [build]='clang-19 lld-19 mold cmake ninja-build ccache pkg-config
           libssl-dev libnghttp2-dev libtomlplusplus-dev libcli11-dev libfmt-dev libc-ares-dev nlohmann-json3-dev liblmdb-dev libidn2-dev
           libcap-dev libre2-dev libxxhash-dev libmaxminddb-dev libgtest-dev libgmock-dev'
  [run]='nginx curl'
  [test]='python3 python3-pytest python3-pytest-xdist python3-requests python3-h2 python3-websockets python3-grpcio
          python3-cryptography python3-dnspython python3-certbot-dns-cloudflare nginx curl openssl nghttp2-client chromium
          ca-certificates nodejs:node npm:npm pebble'
  [sanitizers]='libclang-rt-19-dev llvm-19'
  [bench]='python3 nginx haproxy h2o nghttp2-client wrk curl openssl linux-perf'
  [style]='clang-format-19 clang-tidy-19 shellcheck'
)

# require NEED...: installs the Debian packages of these needs that are missing.
require() {
  [[ ${DEV_PACKAGES:-} == skip ]] && return
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  type -P apt-get dpkg-query >/dev/null ||
    die "this is no Debian, so install these yourself and set DEV_PACKAGES=skip: ${missing[*]}"
  if ((EUID != 0)) && ! type -P sudo >/dev/null; then
    die "not root and no sudo here; have these packages installed: ${missing[*]}"
  fi
  say "Debian packages missing for $*: ${missing[*]}"
  install_packages "${missing[@]}"
}

missing_packages() {
  local need wanted installed
  # ${PACKAGES[...]} is a list of words.
  # shellcheck disable=SC2086
  wanted=$(for need in "$@"; do printf '%s\n' ${PACKAGES[$need]}; done | sort -u)
  installed=$(dpkg-query --show --showformat='${db:Status-Status} ${Package}\n' 2>/dev/null || true)
  local entry package
  for entry in $wanted; do
    package=${entry%%:*}
    [[ $entry == *:* ]] && type -P "${entry#*:}" >/dev/null && continue
    grep -qx "installed $package" <<<"$installed" || printf '%s\n' "$package"
  done
}

as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# A subshell, so that its traps end with it.
install_packages() (
  mkdir -p build
  : >build/packages.log
  keep_services_down
  say "installing them with what they depend on"
  run_apt update && run_apt install "$@" && exit 0
  tail -n 20 build/packages.log >&2
  die "apt-get failed; the whole log is in build/packages.log"
)

# The log keeps what apt and dpkg say, the terminal gets the steps. The descriptor for these is made on root's side,
# since sudo closes what is above 2.
run_apt() {
  # shellcheck disable=SC2016
  as_root env DEBIAN_FRONTEND=noninteractive sh -c 'exec apt-get "$@" 3>&1 >>build/packages.log 2>&1' - \
    --yes --quiet --no-install-recommends -o APT::Status-Fd=3 -o Dpkg::Use-Pty=0 -o DPkg::Lock::Timeout=300 "$@" \
    </dev/null | show_apt_progress
}

# Reads lines such as "pmstatus:mold:41.2:Unpacking mold (amd64)" and "dlstatus:1:3.9:Retrieving file 1 of 81".
# Shows one line that changes where there is a terminal, and a line for each package elsewhere.
show_apt_progress() {
  local kind subject percent what last=''
  while IFS=: read -r kind subject percent what; do
    if [[ -t 1 ]]; then
      printf '\r\e[K  [%3d%%] %s' "${percent%.*}" "$what"
    elif [[ $kind == pmstatus && $what == Unpacking* && $subject != "$last" ]]; then
      printf '  [%3d%%] %s\n' "${percent%.*}" "$what"
      last=$subject
    fi
  done
  if [[ -t 1 ]]; then printf '\r\e[K'; fi
}

# A package may start its service when it is installed, unless policy-rc.d answers 101 ("not allowed"). Ours stands
# there while apt runs; one that was there before comes back.
POLICY=/usr/sbin/policy-rc.d

keep_services_down() {
  local answer=0
  [[ -x $POLICY ]] && { "$POLICY" nginx start >/dev/null 2>&1 || answer=$?; }
  ((answer == 101)) && return
  trap restore_policy EXIT
  trap 'exit 130' INT TERM
  [[ -e $POLICY ]] && as_root mv "$POLICY" "$POLICY.before-brink"
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
  as_root chmod 755 "$POLICY"
}

restore_policy() {
  as_root rm -f "$POLICY"
  [[ -e $POLICY.before-brink ]] && as_root mv "$POLICY.before-brink" "$POLICY"
  return 0
}

# npm's packages, as package-lock.json pins them, into node_modules/; again only when the lock has changed.
require_npm() {
  local stamp=node_modules/.package-lock.installed
  cmp -s package-lock.json "$stamp" && return
  say "npm packages of package-lock.json, into node_modules/"
  npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier
  cp package-lock.json "$stamp"
}
