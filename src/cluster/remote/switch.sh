# shellcheck shell=sh
# switch.sh HOME TOKEN RUN FOLDER…
# Renames each folder into the run's backup and the staged one into its place. Every rename keeps the inode, or nothing more is
# done. Run again after an interruption, it goes on where it stopped. Nothing is renamed when any folder is where no run leaves it.
main() {
  home=$1
  fence "$home" "$2"
  folder=$(run_folder "$home" "$3")
  shift 3
  for name in "$@"; do
    if [ -e "$folder/staged/$name" ]; then
      if [ -e "$home/$name" ] && [ -e "$folder/backup/$name" ]; then
        echo "unexpected: $name is staged, live and in the backup" >&2
        exit 11
      fi
    elif [ ! -e "$home/$name" ] || [ ! -e "$folder/backup/$name" ]; then
      echo "unexpected: $name is neither staged nor switched" >&2
      exit 11
    fi
  done
  mkdir -p "$folder/backup"
  for name in "$@"; do
    [ -e "$folder/staged/$name" ] || continue
    [ ! -e "$home/$name" ] || true_rename "$home/$name" "$folder/backup/$name"
    true_rename "$folder/staged/$name" "$home/$name"
  done
  to_disk "$folder"
}

main "$@"
