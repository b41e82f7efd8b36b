# shellcheck shell=sh
# switch-back.sh HOME TOKEN RUN FOLDER…
# The way back of switch.sh: the new folder goes back to the staged tree, the old one from the backup into its place.
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
  for name in "$@"; do
    exists "$folder/backup/$name" || continue
    ! exists "$home/$name" || true_rename "$home/$name" "$folder/staged/$name"
    true_rename "$folder/backup/$name" "$home/$name"
  done
  to_disk "$folder"
}

main "$@"
