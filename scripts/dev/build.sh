# shellcheck shell=bash
# Building with the presets of CMakePresets.json; each preset has its directory build/<preset>.

usage_build() {
  cat <<'TEXT'
usage: ./dev build [PRESET]      builds build/PRESET/brink; PRESET is release (the default), debug, asan or tsan
TEXT
}

dev_build() {
  local preset=${1:-release}
  (($# < 2)) || unknown_argument build "$2"
  case $preset in
    release | debug) require build ;;
    asan | tsan) require build sanitizers ;;
    *) unknown_argument build "$preset" ;;
  esac
  build "$preset" brink
  say "built build/$preset/brink"
}

# build PRESET TARGET...: configures the preset where needed, then builds; ninja shows the progress.
build() {
  local preset=$1
  shift
  configure "$preset"
  say "building $* ($preset)"
  NINJA_STATUS='[%f/%t %es] ' cmake --build --preset "$preset" --target "$@" ||
    die "the $preset build failed"
}

# CMake says much; it is shown only where it fails. Ninja itself configures again when a CMake file changes.
configure() {
  local preset=$1 log=build/$1/configure.log
  [[ -e build/$preset/build.ninja && build/$preset/build.ninja -nt CMakePresets.json ]] && return
  mkdir -p "build/$preset"
  cmake --preset "$preset" >"$log" 2>&1 && return
  cat "$log" >&2
  die "cmake --preset $preset failed"
}
