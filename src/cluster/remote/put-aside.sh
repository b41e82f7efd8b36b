# shellcheck shell=sh
# put-aside.sh HOME TOKEN RUN: takes the staged tree of a run out of the way. One that was live keeps its content under the name
# `replaced`; one that was only staged goes: then there never was a backup.
main() {
  fence "$1" "$2"
  folder=$(run_folder "$1" "$3")
  if [ -e "$folder/staged" ] && [ -d "$folder/backup" ]; then
    rm -rf "$folder/replaced"
    mv -T "$folder/staged" "$folder/replaced"
  elif [ -e "$folder/staged" ]; then
    rm -rf "$folder/dropped"
    mv -T "$folder/staged" "$folder/dropped"
  fi
  rm -rf "$folder/dropped" "$folder/stream"
  [ ! -d "$folder/backup" ] || rmdir "$folder/backup"
  [ ! -d "$folder" ] || to_disk "$folder"
}

main "$@"
