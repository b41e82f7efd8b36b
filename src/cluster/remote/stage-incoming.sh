# shellcheck shell=sh
# stage-incoming.sh HOME RUN SOURCE: brings standard input to the stage-receive.sh that waits here for SOURCE, or is about to.
# It is run by the node before this one in a pipeline.
main() {
  incoming=$(run_folder "$1" "$2")/stream/$3
  tries=0
  until [ -p "$incoming" ]; do
    [ "$tries" -lt 200 ] || exit 1
    tries=$((tries + 1))
    sleep 0.05
  done
  cat >"$incoming"
}

main "$@"
