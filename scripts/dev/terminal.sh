# shellcheck shell=bash
# What the other parts say to whoever is watching.

if [[ -t 1 ]]; then BOLD=$'\e[1m' PLAIN=$'\e[0m'; else BOLD='' PLAIN=''; fi

say() { printf '%s==>%s %s\n' "$BOLD" "$PLAIN" "$*"; }

die() {
  printf 'dev: %s\n' "$*" >&2
  exit 1
}

# An argument that nobody knows ends the command with the usage of that command: unknown_argument COMMAND ARGUMENT
unknown_argument() {
  "usage_$1" >&2
  die "$1: no such argument: $2"
}
