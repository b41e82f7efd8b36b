# shellcheck shell=sh
# write-record.sh HOME TOKEN RUN NAME BYTES: puts BYTES of standard input into a file of the run's folder, wholly or not at all.
main() {
  fence "$1" "$2"
  folder=$(run_folder "$1" "$3")
  mkdir -p "$folder"
  cat >"$folder/.$4.partial"
  # A connection that was cut looks like the end of the input.
  if [ "$(stat -c %s "$folder/.$4.partial")" -ne "$5" ]; then
    echo "the input was cut short" >&2
    exit 1
  fi
  to_disk "$folder"
  fence "$1" "$2"
  mv -f "$folder/.$4.partial" "$folder/$4"
  to_disk "$folder"
}

main "$@"
