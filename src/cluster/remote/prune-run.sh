# shellcheck shell=sh
# prune-run.sh HOME TOKEN RUN: removes what a run of which the cluster has no more need keeps: old folders, replaced ones, copies of the
# database backup. Its record stays, as history. Killed in the middle, what is left goes with the next prune.
main() {
  fence "$1" "$2"
  folder=$(run_folder "$1" "$3")
  [ -e "$folder/record.json" ] || unexpected "run $3 has no record"
  rm -rf "$folder/dropped"
  mkdir "$folder/dropped"
  for entry in backup replaced database; do
    # Whole under its own name, or not there: half a backup must not be taken for one.
    if exists "$folder/$entry"; then mv -T "$folder/$entry" "$folder/dropped/$entry"; fi
  done
  rm -f "$folder/old-tree.json" "$folder/old-tree.accepted"
  rm -rf "$folder/dropped"
  to_disk "$folder"
}

main "$@"
