# shellcheck shell=sh
# tidy.sh HOME TOKEN: removes what runs that were killed have left half-made: partial files, dropped trees, and the folders of runs
# without a record that hold nothing but a staged tree, as nothing was ever changed by those.
main() {
  fence "$1" "$2"
  # shellcheck disable=SC2154 # work comes from prelude.sh
  rm -f "$1/$work/service.out" "$1/$work/.hashes.partial"
  for folder in "$1/$work"/runs/*; do
    if [ -L "$folder" ] || [ ! -d "$folder" ]; then continue; fi
    rm -f "$folder"/.*.partial "$folder"/database/.*.partial "$folder"/database/*/.*.partial
    rm -rf "$folder/dropped" "$folder/stream"
    holds_something "$folder" || rm -rf "$folder"
  done
}

holds_something() {
  for name in record.json old-tree.json database replaced; do
    [ ! -e "$1/$name" ] || return 0
  done
  [ -n "$(ls -A "$1/backup" 2>/dev/null)" ]
}

main "$@"
