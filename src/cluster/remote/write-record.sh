# shellcheck shell=sh
# write-record.sh HOME TOKEN RUN NAME: puts standard input into a file of the run's folder, wholly or not at all.
main() {
  fence "$1" "$2"
  folder=$(run_folder "$1" "$3")
  mkdir -p "$folder"
  cat >"$folder/.$4.partial"
  to_disk "$folder"
  mv -f "$folder/.$4.partial" "$folder/$4"
  to_disk "$folder"
}

main "$@"
