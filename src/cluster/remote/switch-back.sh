# shellcheck shell=sh
# switch-back.sh HOME TOKEN RUN FOLDER…
# The way back of switch.sh: the new folder goes back to the staged tree, the old one from the backup into its place.
main() {
  home=$1
  fence "$home" "$2"
  folder=$(run_folder "$home" "$3")
  shift 3
  for name in "$@"; do
    if [ -e "$folder/staged/$name" ] && [ -e "$home/$name" ] && [ -e "$folder/backup/$name" ]; then
      echo "unexpected: $name is staged, live and in the backup" >&2
      exit 11
    fi
  done
  mkdir -p "$folder/staged"
  for name in "$@"; do
    [ -e "$folder/backup/$name" ] || continue
    [ ! -e "$home/$name" ] || true_rename "$home/$name" "$folder/staged/$name"
    true_rename "$folder/backup/$name" "$home/$name"
  done
  to_disk "$folder"
}

main "$@"
