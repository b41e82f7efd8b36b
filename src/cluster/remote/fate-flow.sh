# shellcheck shell=sh
# fate-flow.sh SCRIPT INIT_ENV LIMIT_SECONDS ACTION
# Calls fate_flow's own service.sh by bash from its folder, for at most LIMIT_SECONDS, and prints what it said, and on standard error
# how it ended.
# There is no lock on this machine; but one at a time: what a runner that is dead has left at work is ended first.
main() {
  identify $$
  EGGROLL_UPGRADE_WORK=$identity own_session=$session
  export EGGROLL_UPGRADE_WORK
  earlier_scripts fate-flow
  for other in $earlier; do
    if ! end_script "$other" "$own_session"; then
      echo "$left of an earlier command cannot be ended" >&2
      exit 1
    fi
  done
  cd "$(dirname -- "$1")"
  said=$(mktemp) || said=
  call_bash "$said" "$2" "$3" "$1" "$4"
}

main "$@"
