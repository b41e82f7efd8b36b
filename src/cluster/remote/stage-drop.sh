# shellcheck shell=sh
# stage-drop.sh HOME TOKEN RUN: removes the run's staged tree. First under another name, so that half a tree is never taken for one.
main() {
  fence "$1" "$2"
  folder=$(run_folder "$1" "$3")
  rm -rf "$folder/dropped"
  [ ! -e "$folder/staged" ] || mv -T "$folder/staged" "$folder/dropped"
  rm -rf "$folder/dropped"
  [ ! -d "$folder" ] || to_disk "$folder"
}

main "$@"
