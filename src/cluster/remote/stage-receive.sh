# shellcheck shell=sh
# stage-receive.sh HOME TOKEN RUN: unpacks a tar stream from standard input into the run's staged tree.
main() {
  fence "$1" "$2"
  staged=$(run_folder "$1" "$3")/staged
  mkdir -p "$staged"
  tar -x -p --no-same-owner -f - -C "$staged" || give_up "$1" "$2" "$staged" $?
  to_disk "$staged"
}

main "$@"
