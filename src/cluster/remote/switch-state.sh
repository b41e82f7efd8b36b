# shellcheck shell=sh
# switch-state.sh HOME RUN FOLDER…: where each folder is: `name staged live backup`, each `yes` or `no`.
main() {
  home=$1
  folder=$(run_folder "$home" "$2")
  shift 2
  for name in "$@"; do
    places_of "$home" "$folder" "$name"
    echo "$name $places"
  done
}

main "$@"
