# shellcheck shell=sh
# read-file.sh PATH LIMIT_BYTES: `present` and the first bytes of a file; nothing when there is none.
main() {
  [ -f "$1" ] || return 0
  echo present
  head -c "$2" "$1"
}

main "$@"
