# shellcheck shell=sh
# stage-receive.sh HOME TOKEN RUN: unpacks a tar stream from standard input into the run's staged tree.
# What a cut stream has brought stays for the next try: a hash decides what of it is whole.
main() {
  fence "$1" "$2"
  staged=$(run_folder "$1" "$3")/staged
  mkdir -p "$staged"
  said=$(tar -x -p --no-same-owner -f - -C "$staged" 2>&1) || half_staged "$1" "$2" "$staged" $? "$said"
  to_disk "$staged"
}

main "$@"
