# shellcheck shell=bash
# Fuzzing with libFuzzer: fuzz/<target>_fuzz.cc, seeds in fuzz/corpus/<target>/.

usage_fuzz() {
  cat <<'TEXT'
usage: ./dev fuzz [TARGET|all] [SECONDS]

Without a target: lists them and runs each for 10 seconds. What a target finds worth keeping grows build/fuzz/corpus/TARGET/,
beginning with the seeds in fuzz/corpus/TARGET/. An input that crashes, hangs or leaks is kept in
build/fuzz/crashes/TARGET/; to see it again: build/fuzz/fuzz_TARGET THAT_FILE
TEXT
}

dev_fuzz() {
  local target=${1:-all} seconds=${2:-10} targets
  (($# < 3)) || unknown_argument fuzz "$3"
  [[ $seconds =~ ^[1-9][0-9]*$ ]] || unknown_argument fuzz "$seconds"
  mapfile -t targets < <(list_fuzz_targets)
  ((${#targets[@]})) || die "there is no fuzz/*_fuzz.cc"
  if [[ $target != all ]]; then
    [[ -e fuzz/${target}_fuzz.cc ]] || die "no such fuzz target: $target; there are: ${targets[*]}"
    targets=("$target")
  fi

  require build sanitizers
  build fuzz "${targets[@]/#/fuzz_}"
  say "${targets[*]}: $seconds s each"
  fuzz_targets "$seconds" build/fuzz/results.txt "${targets[@]}"
}

list_fuzz_targets() {
  local source
  for source in fuzz/*_fuzz.cc; do
    [[ -e $source ]] || continue
    source=${source##*/}
    printf '%s\n' "${source%_fuzz.cc}"
  done
}

# fuzz_targets SECONDS RESULTS TARGET...: one process per core at a time; writes a line "passed|failed target" for each.
fuzz_targets() {
  local seconds=$1 results=$2 target
  shift 2
  : >"$results"
  for target in "$@"; do
    while (($(jobs -rp | wc -l) >= $(nproc))); do wait -n || true; done
    fuzz_target "$target" "$seconds" >>"$results" &
  done
  wait
  ! grep -q '^failed' "$results"
}

fuzz_target() {
  local target=$1 seconds=$2 corpus=build/fuzz/corpus/$1 crashes=build/fuzz/crashes/$1 log=build/fuzz/$1.log
  local directories=("$corpus") dictionary=() outcome=passed executions
  mkdir -p "$corpus" "$crashes"
  [[ -d fuzz/corpus/$target ]] && directories+=("fuzz/corpus/$target")
  [[ -e fuzz/$target.dict ]] && dictionary=(-dict="fuzz/$target.dict")

  "build/fuzz/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$crashes/" "${dictionary[@]}" "${directories[@]}" >"$log" 2>&1 || outcome=failed
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
  printf '  %s %-20s %12s runs, %s inputs kept\n' "$outcome" "$target" "${executions:-?}" \
    "$(find "$corpus" -type f | wc -l)" >&2
  if [[ $outcome == failed ]]; then
    tail -n 40 "$log" >&2
    printf '  kept in %s, the whole log in %s\n' "$crashes" "$log" >&2
  fi
  printf '%s %s\n' "$outcome" "$target"
}
