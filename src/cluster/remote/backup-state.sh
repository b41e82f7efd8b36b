# shellcheck shell=sh
# backup-state.sh HOME RUN SET: what a node keeps of a backup of the database, one `key value…` line each:
# `room` as inspect.sh gives it; `dump.sql` and `backup.json` with size and SHA-256.
main() {
  folder=$(run_folder "$1" "$2")/database/$3
  echo "room $(stat -f -c '%S %b %a %c %d' "$1")"
  for name in dump.sql backup.json; do
    [ ! -f "$folder/$name" ] || echo "$name $(stat -c %s "$folder/$name") $(sha256sum <"$folder/$name" | cut -d ' ' -f 1)"
  done
}

main "$@"
