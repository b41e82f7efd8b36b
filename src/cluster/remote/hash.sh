# shellcheck shell=sh
# hash.sh ROOT: the lines of sha256sum for files. Standard input: paths relative to ROOT, each ended by NUL.
main() {
  cd "$1"
  xargs -0 -r sha256sum --
}

main "$@"
