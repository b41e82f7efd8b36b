# shellcheck shell=sh
# drop-run.sh HOME TOKEN RUN: forgets a run that has changed nothing, on a disk without room for its closing record. The record goes
# first: what is left of a run without one is not taken for a run, and goes with the next call.
main() {
  fence "$1" "$2"
  # shellcheck disable=SC2154 # work comes from prelude.sh
  runs=$1/$work/runs
  if holds_backup "$runs/$3"; then
    unexpected "run $3 holds old folders"
  fi
  rm -f "$runs/$3/record.json"
  holds_backup "$runs/$3" || rm -rf "${runs:?}/$3"
  for folder in "$runs"/*; do
    holds_something "$folder" || rm -rf "$folder"
  done
  [ ! -d "$runs" ] || to_disk "$runs"
}

# Old folders are never removed here, whatever a run says about itself.
holds_backup() {
  [ -n "$(ls -A "$1/backup" 2>/dev/null)" ]
}

holds_something() {
  for name in record.json old-tree.json database replaced; do
    [ ! -e "$1/$name" ] || return 0
  done
  holds_backup "$1"
}

main "$@"
