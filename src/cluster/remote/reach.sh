# shellcheck shell=sh
# reach.sh HOST PORT: prints `yes` when this node can pass files on to another one: it has an SSH client, and HOST answers at PORT.
main() {
  if ! command -v ssh >/dev/null || ! command -v tee >/dev/null || ! command -v mkfifo >/dev/null; then return 0; fi
  # shellcheck disable=SC2016 # expanded by bash
  if timeout 3 bash -c ': <"/dev/tcp/$0/$1"' "$1" "$2" 2>/dev/null; then echo yes; fi
}

main "$@"
