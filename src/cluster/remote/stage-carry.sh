# shellcheck shell=sh
# stage-carry.sh HOME TOKEN RUN: copies what stays as it is on this node from EGGROLL_HOME into the staged tree.
# Standard input: paths relative to EGGROLL_HOME, each ended by NUL, parents before children.
main() {
  fence "$1" "$2"
  staged=$(run_folder "$1" "$3")/staged
  mkdir -p "$staged"
  cd "$1"
  # A directory is made alone, without what is in it: the list names everything that is to be carried.
  tar -c --null --no-recursion -T - -f - | tar -x -p --no-same-owner -f - -C "$staged" || give_up "$1" "$2" "$staged" $?
  to_disk "$staged"
}

main "$@"
