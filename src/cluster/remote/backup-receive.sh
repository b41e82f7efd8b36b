# shellcheck shell=sh
# backup-receive.sh HOME TOKEN RUN SET NAME: keeps a file of the database's backup, wholly or not at all.
# Standard input: a line with its size in bytes and its SHA-256, then the file as gzip makes it.
main() {
  fence "$1" "$2"
  folder=$(run_folder "$1" "$3")/database/$4
  file=$folder/$5
  partial=$folder/.$5.partial
  umask 077
  mkdir -p "$folder"
  read -r size digest
  # Half a file is worth nothing, and its room may be needed.
  gzip -dc >"$partial" || give_up "$1" "$2" "$partial" $?
  if [ "$(stat -c %s "$partial")" != "$size" ] || [ "$(sha256sum <"$partial")" != "$digest  -" ]; then
    echo "what arrived is not what was sent" >&2
    give_up "$1" "$2" "$partial" 1
  fi
  paths_to_disk "$partial"
  fence "$1" "$2"
  # backup.json comes last: without it a dump is no backup.
  [ "$5" = backup.json ] || rm -f "$folder/backup.json"
  mv -f "$partial" "$file"
  paths_to_disk "$folder" "${folder%/*}"
  place_to_disk "$1" "$(run_folder "$1" "$3")"
}

main "$@"
