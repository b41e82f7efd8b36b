# shellcheck shell=sh
# write-record.sh HOME TOKEN RUN NAME BYTES: puts BYTES of standard input into a file of the run's folder, wholly or not at all.
main() {
  fence "$1" "$2"
  folder=$(run_folder "$1" "$3")
  [ -d "$folder" ] || mkdir -p "$folder"
  partial=$folder/.$4.partial
  cat >"$partial" || give_up "$1" "$2" "$partial" $?
  # A connection that was cut looks like the end of the input.
  if [ "$(stat -c %s "$partial")" -ne "$5" ]; then
    echo "the input was cut short" >&2
    give_up "$1" "$2" "$partial" 1
  fi
  paths_to_disk "$partial"
  fence "$1" "$2"
  mv -f -T "$partial" "$folder/$4"
  place_to_disk "$1" "$folder"
}

main "$@"
