# shellcheck shell=sh
# stage-incoming.sh HOME RUN SOURCE: brings standard input to the stage-receive.sh that waits here for SOURCE, or is about to.
# It is run by the node before this one in a pipeline. When that one goes without a word, sshd holds the login for hours: this belongs to
# the work of that script, and ends with it; until it has the mark of that, SOURCE in its name in the process list stands for it.
main() {
  stream=$(run_folder "$1" "$2")/stream
  incoming=$stream/$3
  tries=0
  until [ -p "$incoming" ]; do
    [ "$tries" -lt 200 ] || exit 1
    tries=$((tries + 1))
    sleep 0.05
  done
  EGGROLL_UPGRADE_WORK=$(cat "$stream/work")
  export EGGROLL_UPGRADE_WORK
  exec cat >"$incoming"
}

main "$@"
