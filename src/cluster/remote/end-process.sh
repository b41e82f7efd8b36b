# shellcheck shell=sh
# end-process.sh HOME TOKEN IDENTITY: asks a process to end, as EggRoll's own script does: for a service that started from folders which
# were switched since, and of which the script that is there now may know nothing.
main() {
  fence "$1" "$2"
  identify "${3%%.*}"
  [ "$identity" != "$3" ] || kill -TERM "${3%%.*}"
}

main "$@"
