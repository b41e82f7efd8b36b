# shellcheck shell=sh
# end-process.sh HOME TOKEN SIGNAL IDENTITY…: sends a signal to processes, of which those that are not there any more are left out. For
# a service that started from folders which were switched since, and of which the script that is there now may know nothing; and for
# workers that have outlived their NodeManager.
main() {
  fence "$1" "$2"
  signal=$3
  shift 3
  for wanted in "$@"; do
    identify "${wanted%%.*}"
    [ "$identity" = "$wanted" ] || continue
    if ! kill -s "$signal" "${wanted%%.*}"; then
      identify "${wanted%%.*}"
      [ "$identity" != "$wanted" ] || exit 1
    fi
  done
}

main "$@"
