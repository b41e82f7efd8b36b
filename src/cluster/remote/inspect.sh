# shellcheck shell=sh
# inspect.sh HOME FOLDER…
# Facts about a node and its EGGROLL_HOME, one `key value` line each; changes nothing but a probe folder that it removes.
main() {
  home=$1
  shift
  fact user "$(id -un)"
  for tool in bash tar gzip find xargs sha256sum stat sync timeout ps; do
    command -v "$tool" >/dev/null 2>&1 || fact missing-tool "$tool"
  done
  if [ ! -d "$home" ]; then
    fact home missing
    return 0
  fi
  fact home present
  fact free-kib "$(df -P -k "$home" | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4)"
  fact free-inodes "$(df -P -i "$home" | tail -n 1 | tr -s ' ' | cut -d ' ' -f 4)"
  for folder in "$@"; do
    fact folder "$folder $(kind_of "$home/$folder")"
  done
  for jar in "$home"/lib/*.jar; do
    [ ! -e "$jar" ] || fact jar "${jar##*/}"
  done
  rename_proof "$@"
  for record in "$home/$work"/runs/*/record.json; do
    [ ! -e "$record" ] || fact record "$(cat "$record")"
  done
}

fact() {
  printf '%s %s\n' "$1" "$2"
}

kind_of() {
  if [ -L "$1" ]; then
    echo symlink
  elif [ -d "$1" ]; then
    echo directory
  elif [ -e "$1" ]; then
    echo other
  else
    echo missing
  fi
}

# Would a rename into our own folder be a true one? Tried on a target that is not empty: the kernel refuses it at the very last
# check (`not empty`), and at an earlier one when the folder cannot be renamed at all (overlayfs, a mount point, another file
# system, no permission). `mv` copies nothing then either, as it would have to remove that target first.
rename_proof() {
  if [ ! -w "$home" ]; then
    fact rename "$home is not writable for $(id -un)"
    return 0
  fi
  place=$home
  [ ! -d "$home/$work" ] || place=$home/$work
  if ! probe=$(mktemp -d "$place/.eggroll-upgrade-probe.XXXXXX" 2>&1); then
    fact rename "cannot make a folder in $place: $probe"
    return 0
  fi
  # Also when nobody listens any more.
  trap 'rm -rf "$probe"' EXIT
  trap 'exit 1' HUP PIPE TERM
  for folder in "$@"; do
    [ "$(kind_of "$home/$folder")" = directory ] || continue
    mkdir -p "$probe/$folder/occupied"
    inode=$(stat -c %i "$home/$folder")
    answer=$(mv -T "$home/$folder" "$probe/$folder" 2>&1) || true
    case $answer in
      # Between file systems mv tries to remove the target before it copies, and says `not empty` too.
      *inter-device*) fact rename "$folder: $answer" ;;
      *'not empty'* | *'File exists'*) [ "$(stat -c %i "$home/$folder")" = "$inode" ] || fact rename "$folder changed its inode" ;;
      *) fact rename "$folder: $answer" ;;
    esac
  done
  rm -rf "$probe"
}

main "$@"
