# shellcheck shell=sh
# switch-back.sh HOME TOKEN RUN FOLDER…
# The way back of switch.sh: the new folders go back to the staged tree, the old ones from the backup into their places.
main() {
  home=$1
  fence "$home" "$2"
  folder=$(run_folder "$home" "$3")
  shift 3
  for name in "$@"; do
    places_of "$home" "$folder" "$name"
    case $places in
      'yes yes yes') unexpected "$name is staged, live and in the backup" ;;
      *' no no') unexpected "$name is neither live nor in the backup" ;;
    esac
  done
  mkdir -p "$folder/staged"
  old='' new=''
  for name in "$@"; do
    exists "$folder/backup/$name" || continue
    old="$old $name"
    ! exists "$home/$name" || new="$new $name"
  done
  exchange "$home" "$folder/staged" "$new" "$folder/backup" "$old"
  paths_to_disk "$home" "$folder/staged" "$folder/backup"
  place_to_disk "$home" "$folder"
}

main "$@"
