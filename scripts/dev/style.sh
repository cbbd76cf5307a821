# shellcheck shell=bash
# How the sources look (clang-format) and what static analysis says of them (clang-tidy, shellcheck).

usage_fmt() {
  cat <<'TEXT'
usage: ./dev fmt [--check]      formats src, tests, fuzz and bench; with --check it only says what it would change
TEXT
}

usage_lint() {
  cat <<'TEXT'
usage: ./dev lint [--all | FILE...]

clang-tidy over the C++ files that differ from the upstream branch (or from HEAD where there is none), or over the
files named, or over all; every header compiled alone; shellcheck over the scripts.
TEXT
}

dev_fmt() {
  local mode=(-i)
  case ${1:-} in
    '') ;;
    --check) mode=(--dry-run --Werror) ;;
    *) unknown_argument fmt "$1" ;;
  esac
  require style
  cpp_files | xargs --no-run-if-empty --max-args=20 --max-procs="$(nproc)" clang-format-19 "${mode[@]}"
}

dev_lint() {
  local files status=0
  case ${1:-} in
    '') mapfile -t files < <(changed_files | existing_cpp_files) ;;
    --all) mapfile -t files < <(cpp_files) ;;
    -*) unknown_argument lint "$1" ;;
    *) files=("$@") ;;
  esac
  require build style

  say "shellcheck"
  shellcheck --external-sources dev .ci/run scripts/dev/*.sh || status=1
  (build release headers) || status=1
  if ((${#files[@]})); then
    say "clang-tidy: ${#files[@]} files"
    printf '%s\n' "${files[@]}" |
      xargs --max-args=1 --max-procs="$(nproc)" clang-tidy-19 -p build/release --quiet || status=1
  else
    say "clang-tidy: no C++ file has changed (--all takes every file)"
  fi
  return "$status"
}

cpp_files() { git ls-files --cached --others --exclude-standard -- {src,tests,fuzz,bench}'/*.'{cc,h} | existing_cpp_files; }

changed_files() {
  local base
  base=$(git merge-base HEAD '@{upstream}' 2>/dev/null || git rev-parse HEAD)
  git diff --name-only "$base"
  git ls-files --others --exclude-standard
}

existing_cpp_files() {
  local file
  sort -u | while read -r file; do
    [[ $file =~ ^(src|tests|fuzz|bench)/.*\.(cc|h)$ && -e $file ]] && printf '%s\n' "$file"
  done
  return 0
}
