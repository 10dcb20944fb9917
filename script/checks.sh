# Runs checks and counts them, for the scripts that read this file.
passed=0 failed=0 skipped=0 failures=()

count() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

skip() {
  count 0 0 1
  echo "skip  $1: $2"
}

# settle NAME STATUS LOG: counts one check that has ended, and shows the log of a failed one.
settle() {
  if [ "$2" -eq 0 ]; then
    count 1 0 0
    echo "ok    $1"
  else
    count 0 1 0
    failures+=("$1")
    echo "FAIL  $1"
    tail -n 60 "$3"
  fi
}

# check NAME COMMAND…: runs one check.
check() {
  local name="$1" log status=0
  shift
  log="$(mktemp)"
  "$@" >"$log" 2>&1 || status=$?
  settle "$name" "$status" "$log"
  rm -f "$log"
}

# check_or_skip NAME COMMAND…: a command that cannot run exits with 3 and prints the reason last.
check_or_skip() {
  local name="$1" log status=0
  shift
  log="$(mktemp)"
  "$@" >"$log" 2>&1 || status=$?
  if [ "$status" -eq 3 ]; then
    skip "$name" "$(tail -n 1 "$log")"
  else
    settle "$name" "$status" "$log"
  fi
  rm -f "$log"
}

# Names the failed checks, prints the counts as the last line, and returns whether all is well.
conclude() {
  local name
  for name in "${failures[@]}"; do echo "failed: $name"; done
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ] && [ "${#failures[@]}" -eq 0 ]
}
