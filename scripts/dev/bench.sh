# shellcheck shell=bash
# Measurements side by side with the peers; bench/run.py does the work.

usage_bench() {
  cat <<'TEXT'
usage: ./dev bench [SCENARIO...] [arguments for bench/run.py]

Builds the release binary, installs nginx, HAProxy and h2o, and measures them and Brink in one run. Without a
scenario it runs all; ./dev bench --list names them.
TEXT
}

dev_bench() {
  require build bench
  build release brink bench_tools
  exec /usr/bin/python3 bench/run.py "$@"
}
