#!/usr/bin/env bash
# Everything that must pass, from a fresh clone: sets up, builds the images, runs lint, types and all tests.
# Ends with a table of times and the line 'N passed, N failed'; fails when a part fails or no test ran.
set -uo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1

# All that the tests choose by chance follows from it: SEED=… repeats a run.
export SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
results="$root/.cache/test"
rm -rf "$results"
mkdir -p "$results"
table=''
broken=0
passed=0
failed=0
skipped=0

# part NAME COMMAND...: runs one part, remembers its time and whether it went well.
part() {
  local name=$1 started=$SECONDS result=ok status=0
  shift
  printf '\n== %s\n' "$name"
  "$@" || status=$?
  [ "$status" = 0 ] || { result="FAILED ($status)"; broken=1; }
  table+=$(printf '  %-12s %5s s  %s' "$name" "$((SECONDS - started))" "$result")$'\n'
  return "$status"
}

# count KEY FILE: the sum of a number in vitest's report.
count() { grep -o "\"$1\":[0-9]*" "$2" 2>/dev/null | head -n 1 | grep -o '[0-9]*$' || echo 0; }

# tests NAME COMMAND...: runs one vitest project by a command that takes options of vitest. A file that can't be loaded has no failed test, so a failed run counts as one at least.
tests() {
  local report="$results/$1.json" status=0 these name=$1
  shift
  part "$name" "$@" --reporter=default --reporter=json --outputFile.json="$report" || status=$?
  these=$(count numFailedTests "$report")
  [ "$status" = 0 ] || [ "$these" != 0 ] || these=1
  passed=$((passed + $(count numPassedTests "$report")))
  failed=$((failed + these))
  skipped=$((skipped + $(count numPendingTests "$report") + $(count numTodoTests "$report")))
}

finish() {
  [ "$passed" -gt 0 ] || broken=1
  [ "$broken" = 0 ] || npm run --silent failures -- "$results" || true
  printf '\n%s\nseed %s\n%d passed, %d failed%s\n' "$table" "$SEED" "$passed" "$failed" "$([ "$skipped" = 0 ] || printf ', %d skipped' "$skipped")"
  exit "$broken"
}

part setup bash scripts/setup.sh tests || finish
part tools bash scripts/kubernetes-tools.sh || finish
part bases bash images/bases/bases.sh || finish
part image make --no-print-directory image || finish
part node-image make --no-print-directory node-image || finish
part lint npm run --silent lint
part types npm run --silent types
for project in unit property chart fuzz browser integration; do tests "$project" npm run --silent "test:$project" --; done
# Where a cluster can be had without touching one of the user's: see .ci/run.
[ -z "${WITH_KUBERNETES:-}" ] || tests kubernetes bash scripts/test-kubernetes.sh
tests faults npm run --silent test:faults --
finish
