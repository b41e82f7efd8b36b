# shellcheck shell=sh
# manifest.sh ROOT FOLDER…
# Prints what is in the folders of ROOT: NUL-ended fields `type mode size mtime`, path, link target for every entry, an empty
# field, then the lines of sha256sum for every file. What is missing is left out.
main() {
  if [ ! -d "$1" ]; then
    printf '\0'
    return 0
  fi
  cd "$1"
  shift
  count=$#
  while [ "$count" -gt 0 ]; do
    if [ -e "$1" ] || [ -L "$1" ]; then set -- "$@" "$1"; fi
    shift
    count=$((count - 1))
  done
  if [ $# -eq 0 ]; then
    printf '\0'
    return 0
  fi
  find "$@" -printf '%y %m %s %T@\0%p\0%l\0'
  printf '\0'
  find "$@" -type f -print0 | xargs -0 -r sha256sum --
}

main "$@"
