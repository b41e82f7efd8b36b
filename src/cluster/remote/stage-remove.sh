# shellcheck shell=sh
# stage-remove.sh HOME TOKEN RUN: removes paths from the staged tree, children before parents.
# Standard input: paths relative to EGGROLL_HOME, each ended by NUL.
main() {
  fence "$1" "$2"
  cd "$(run_folder "$1" "$3")/staged"
  xargs -0 -r rm -rf --
  to_disk .
}

main "$@"
