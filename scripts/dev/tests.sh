# shellcheck shell=bash
# The tests: unit (GoogleTest by ctest), end to end (pytest drives the built binary), a short run of each fuzz target.

usage_test() {
  cat <<'TEXT'
usage: ./dev test [--unit] [--e2e] [--fuzz] [--no-fuzz] [FILTER]

Builds and runs the tests, all of them unless one or more kinds are named, and closes on the count of passed and
failed. FILTER is a part of the names of the tests to run; with it the fuzz targets rest unless --fuzz is said.
What each part said is in build/test/.

  --unit     the unit tests          --e2e      the built binary with real clients and servers
  --fuzz     each fuzz target for a few seconds on its corpus             --no-fuzz  all but these
TEXT
}

usage_sanitize() {
  cat <<'TEXT'
usage: ./dev sanitize [asan|tsan] [FILTER]

Runs the tests in builds with sanitizers: asan (AddressSanitizer and UndefinedBehaviorSanitizer) runs the unit and the
end-to-end tests, tsan (ThreadSanitizer) the unit tests. Both unless one is named. What they said is in build/asan/test
and build/tsan/test.
TEXT
}

usage_soak() {
  cat <<'TEXT'
usage: ./dev soak [ROUNDS]

The recovery tests at length: the store's writer is killed at ROUNDS random moments while it writes (200), and so are
readers; after each, nothing may be corrupt, lost or stuck. `./dev test` does the same for a few rounds.
TEXT
}

FUZZ_SECONDS_IN_TEST=5

dev_test() {
  local kinds=() fuzz=default filter=''
  while (($#)); do
    case $1 in
      --unit | --e2e | --fuzz) kinds+=("${1#--}") ;;
      --no-fuzz) fuzz=no ;;
      -*) unknown_argument test "$1" ;;
      *)
        [[ -z $filter ]] || unknown_argument test "$1"
        filter=$1
        ;;
    esac
    shift
  done
  if ((${#kinds[@]} == 0)); then
    kinds=(unit e2e)
    [[ $fuzz == no || -n $filter ]] || kinds+=(fuzz)
  fi
  run_tests release build/test "$filter" "${kinds[@]}"
}

dev_sanitize() {
  local presets=(asan tsan) filter='' preset status=0
  if [[ ${1:-} == asan || ${1:-} == tsan ]]; then
    presets=("$1")
    shift
  fi
  (($# < 2)) || unknown_argument sanitize "$2"
  [[ ${1:-} != -* ]] || unknown_argument sanitize "$1"
  filter=${1:-}
  require build test sanitizers

  # The first report ends the process, so that a test cannot pass over it.
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1:quarantine_size_mb=32
  export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1
  export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1
  export {ASAN,UBSAN,TSAN}_SYMBOLIZER_PATH=/usr/bin/llvm-symbolizer-19

  # What the end-to-end tests allow for: everything is slower, and small objects take a multiple of their memory.
  export BRINK_E2E_PATIENCE=4 BRINK_E2E_MEMORY_OVERHEAD=5

  for preset in "${presets[@]}"; do
    say "$preset"
    if [[ $preset == asan ]]; then
      run_tests asan build/asan/test "$filter" unit e2e || status=1
    else
      run_tests tsan build/tsan/test "$filter" unit || status=1
    fi
  done
  return "$status"
}

dev_soak() {
  local rounds=${1:-200}
  (($# < 2)) || unknown_argument soak "$2"
  [[ $rounds =~ ^[1-9][0-9]*$ ]] || die "the number of rounds is a positive number, not \"$rounds\""
  require build
  build release test_store
  say "killing the store's processes $rounds times"
  BRINK_SOAK_ROUNDS=$rounds build/release/test_store --gtest_filter='*Crash*:*Killed*'
}

# run_tests PRESET RESULTS FILTER KIND...: fails where a test failed or none ran.
run_tests() {
  local preset=$1 results=$2 filter=$3 kind outcomes=()
  shift 3
  require build test
  if [[ " $* " == *' fuzz '* ]]; then require sanitizers; fi
  rm -rf "$results"
  mkdir -p "$results"

  # Everything is built before anything runs: a compile error shows at once, and no build competes with a test's clock.
  if [[ " $* " == *' unit '* ]]; then build "$preset" all; fi
  if [[ " $* " == *' e2e '* ]]; then
    build "$preset" brink
    require_npm
  fi
  if [[ " $* " == *' fuzz '* ]]; then build fuzz all; fi

  for kind in "$@"; do
    local status=0
    "run_$kind" "$preset" "$ROOT/$results" "$filter" || status=$?
    outcomes+=("$kind=$status")
  done
  /usr/bin/python3 scripts/dev/tally.py "$results" "${outcomes[@]}"
}

run_unit() {
  local preset=$1 results=$2 filter=$3
  say "unit tests ($preset)"
  GTEST_OUTPUT=xml:$results/gtest/ GTEST_FILTER="*${filter:+$filter*}" \
    ctest --test-dir "build/$preset" --parallel "$(nproc)" --output-on-failure --timeout 300 \
    --output-junit "$results/ctest.xml"
}

run_e2e() {
  local preset=$1 results=$2 filter=$3
  say "end-to-end tests ($preset)"
  BRINK_BIN=$ROOT/build/$preset/brink /usr/bin/python3 -m pytest tests/e2e -n "$(nproc)" -q \
    --junit-xml="$results/pytest.xml" ${filter:+-k "$filter"}
}

run_fuzz() {
  local results=$2 targets
  mapfile -t targets < <(list_fuzz_targets)
  say "fuzz targets, $FUZZ_SECONDS_IN_TEST s each"
  fuzz_targets "$FUZZ_SECONDS_IN_TEST" "$results/fuzz.txt" "${targets[@]}"
}
