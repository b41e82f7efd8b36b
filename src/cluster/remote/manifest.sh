# shellcheck shell=sh
# manifest.sh RECORDED ROOT FOLDER…
# Prints what runs before have recorded of files in the file RECORDED (see keep-hashes.sh; nothing when that is
# empty), ended by NUL, then what is in the folders of ROOT: NUL-ended fields `type mode size mtime inode ctime`, path, link target for
# every entry, and an empty field at the end. What is missing is left out.
main() {
  [ ! -f "$1" ] || cat "$1"
  printf '\0'
  if [ ! -d "$2" ]; then
    printf '\0'
    return 0
  fi
  cd "$2"
  shift 2
  count=$#
  while [ "$count" -gt 0 ]; do
    if [ -e "$1" ] || [ -L "$1" ]; then set -- "$@" "$1"; fi
    shift
    count=$((count - 1))
  done
  [ $# -eq 0 ] || find "$@" -printf '%y %m %s %T@ %i %C@\0%p\0%l\0'
  printf '\0'
}

main "$@"
