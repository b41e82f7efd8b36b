# shellcheck shell=sh
# log-tail.sh HOME MODULE: the last lines of what a service printed when it started.
main() {
  for stream in err out; do
    file=$1/logs/eggroll/bootstrap.$2.$stream
    [ ! -s "$file" ] || tail -n 15 "$file"
  done
}

main "$@"
