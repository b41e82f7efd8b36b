# shellcheck shell=sh
# switch.sh HOME TOKEN RUN FOLDER…
# Renames the folders into the run's backup and the staged ones into their places. Every rename keeps the inode, or nothing more is
# done. Run again after an interruption, it goes on where it stopped. Nothing is renamed when any folder is where no run leaves it.
# Then tells where each folder is (see tell_places).
main() {
  home=$1
  fence "$home" "$2"
  folder=$(run_folder "$home" "$3")
  shift 3
  for name in "$@"; do
    places_of "$home" "$folder" "$name"
    case $places in
      'yes yes no' | 'yes no yes' | 'no yes yes') ;;
      'yes yes yes') unexpected "$name is staged, live and in the backup" ;;
      'yes no no') unexpected "$name is staged, but neither live nor in the backup" ;;
      *) unexpected "$name is neither staged nor switched" ;;
    esac
  done
  mkdir -p "$folder/backup"
  old='' new=''
  for name in "$@"; do
    exists "$folder/staged/$name" || continue
    new="$new $name"
    ! exists "$home/$name" || old="$old $name"
  done
  exchange "$home" "$folder/backup" "$old" "$folder/staged" "$new"
  paths_to_disk "$home" "$folder/staged" "$folder/backup"
  place_to_disk "$home" "$folder"
  tell_places "$home" "$folder" "$@"
}

main "$@"
