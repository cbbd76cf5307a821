# shellcheck shell=bash
# Measurements side by side with the peers; bench/run.py does the work.

usage_bench() {
  cat <<'TEXT'
usage: ./dev bench [SCENARIO...] [arguments for bench/run.py]
       ./dev bench store [arguments for bench/store.py]
       ./dev bench rules

Builds the release binary, installs nginx, HAProxy and h2o, and measures them and Brink in one run. Without a
scenario it runs all; ./dev bench --list names them. "store" measures the store at several sizes and Brink on it, up
to a million zones: some GiB of the temporary directory (TMPDIR), and some minutes. "rules" measures the Rules
language, lists and rate limits, in nanoseconds of a processor.
TEXT
}

dev_bench() {
  require build bench
  build release brink bench_tools
  if [[ ${1:-} == store ]]; then
    exec /usr/bin/python3 bench/store.py "${@:2}"
  fi
  if [[ ${1:-} == rules ]]; then
    (($# == 1)) || unknown_argument bench "$2"
    build/release/bench/bench_rulesets
    build/release/bench/bench_rules_functions
    return
  fi
  exec /usr/bin/python3 bench/run.py "$@"
}
