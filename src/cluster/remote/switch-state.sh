# shellcheck shell=sh
# switch-state.sh HOME RUN FOLDER…: where each folder is: `name staged live backup`, each `yes` or `no`.
main() {
  home=$1
  folder=$(run_folder "$home" "$2")
  shift 2
  for name in "$@"; do
    echo "$name $(there "$folder/staged/$name") $(there "$home/$name") $(there "$folder/backup/$name")"
  done
}

there() {
  if [ -e "$1" ] || [ -L "$1" ]; then echo yes; else echo no; fi
}

main "$@"
