#!/usr/bin/env bash
# From a fresh clone: sets up, builds the images, runs lint, types and the tests.
# Usage: test.sh short|all
# `short` leaves out what CONTRIBUTING.md lists with the reasons. SHARD=2/4 runs the second of four parts of the long tests alone.
# Ends with a table of times and the line 'N passed, N failed'; fails when a part fails or no test ran.
set -uo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root" || exit 1

extent=$1
shard=${SHARD:-1/1}
# Read by the tests themselves, see test/support/extent.ts.
[ "$extent" = all ] || export TESTS=short
filter=()
[ "$extent" = all ] || filter=(--tags-filter='!slow && !sibling')
# All that the tests choose by chance follows from it: SEED=… repeats a run.
export SEED=${SEED:-$((RANDOM * 32768 + RANDOM))}
results="$root/.cache/test"
rm -rf "$results"
mkdir -p "$results"
table=''
broken=0
passed=0
failed=0
left_out=0

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
  part "$name" "$@" ${filter[@]+"${filter[@]}"} --reporter=default --reporter=json --outputFile.json="$report" || status=$?
  these=$(count numFailedTests "$report")
  [ "$status" = 0 ] || [ "$these" != 0 ] || these=1
  passed=$((passed + $(count numPassedTests "$report")))
  failed=$((failed + these))
  # Nothing is skipped otherwise: Biome sees to it.
  left_out=$((left_out + $(count numPendingTests "$report")))
}

finish() {
  [ "$passed" -gt 0 ] || broken=1
  [ "$broken" = 0 ] || npm run --silent failures -- "$results" || true
  printf '\n%s' "$table"
  [ "$left_out" = 0 ] || printf '  cases that only make test-all runs, besides the siblings in tables: %d\n' "$left_out"
  printf '  seed %s\n\n%d passed, %d failed\n' "$SEED" "$passed" "$failed"
  exit "$broken"
}

images() {
  make --no-print-directory bases image node-image && bash scripts/test-databases.sh
}

part setup bash scripts/setup.sh tests || finish
# The images are built while those tests run that need none.
images >"$results/images.log" 2>&1 &
building=$!
part tools bash scripts/kubernetes-tools.sh || finish
part types npm run --silent types
tests quick npm run --silent test:quick --
part images wait "$building" || { tail -n 40 "$results/images.log"; finish; }
part lint npm run --silent lint
tests integration npm run --silent test:integration -- --shard="$shard"
# Where a cluster can be had without touching one of the user's: see .ci/run.
[ -z "${WITH_KUBERNETES:-}" ] || tests kubernetes bash scripts/test-kubernetes.sh
tests faults npm run --silent test:faults --
[ "$extent" != all ] || part mutations npm run --silent mutations -- --shard "$shard"
finish
