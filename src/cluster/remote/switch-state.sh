# shellcheck shell=sh
# switch-state.sh HOME RUN FOLDER…: where each folder is (see tell_places).
main() {
  home=$1
  folder=$(run_folder "$home" "$2")
  shift 2
  tell_places "$home" "$folder" "$@"
}

main "$@"
