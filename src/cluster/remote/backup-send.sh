# shellcheck shell=sh
# backup-send.sh HOME RUN SET NAME: a kept file of the database's backup, as gzip makes it.
main() {
  gzip -c "$(run_folder "$1" "$2")/database/$3/$4"
}

main "$@"
