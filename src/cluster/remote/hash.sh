# shellcheck shell=sh
# hash.sh ROOT: the time of the node before it reads, a line, then the lines of sha256sum for files. Standard input: paths relative to
# ROOT, each ended by NUL.
main() {
  cd "$1"
  date +%s.%N
  xargs -0 -r sha256sum --
}

main "$@"
