# shellcheck shell=sh
# backup-drop.sh HOME TOKEN RUN SET: removes a backup of the database from this node. The file that makes it a backup goes first.
main() {
  fence "$1" "$2"
  folder=$(run_folder "$1" "$3")/database/$4
  rm -f "$folder/backup.json"
  rm -f "$folder/dump.sql"
  [ ! -d "$folder" ] || paths_to_disk "$folder"
}

main "$@"
