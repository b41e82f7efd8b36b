# shellcheck shell=sh
# fate-flow.sh SCRIPT INIT_ENV LIMIT_SECONDS ACTION
# Calls fate_flow's own service.sh by bash from its folder, for at most LIMIT_SECONDS, and prints what it said. Its exit code says nothing.
# There is no lock on this machine; but one at a time: what a runner that is dead has begun comes to its end first, which its own
# limit brings about. Only what waits in vain for its text, as it changes nothing, is ended.
main() {
  tenths=0
  while earlier_scripts fate-flow && [ -n "$earlier" ]; do
    # shellcheck disable=SC2086 # one word for each process
    [ "$tenths" -lt 1200 ] || kill -KILL $earlier 2>/dev/null || true
    sleep 0.1
    tenths=$((tenths + 1))
  done
  cd "$(dirname -- "$1")"
  said=$(mktemp) || said=
  call_bash "$said" "$2" "$3" "$1" "$4"
}

main "$@"
