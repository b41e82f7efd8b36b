# shellcheck shell=sh
# service.sh HOME TOKEN INIT_ENV LIMIT_SECONDS SCRIPT ARGUMENT…
# Calls the site's own service script (bin/eggroll.sh, or supervisord's service.sh) by bash from EGGROLL_HOME, for at most
# LIMIT_SECONDS, and prints what it said, and on standard error how it ended. The output goes through a file, as a service that was
# started would hold a pipe open.
main() {
  home=$1
  fence "$home" "$2"
  cd "$home"
  init_env=$3 limit=$4
  shift 4
  said=$home/$work/service.out
  if [ -n "$init_env" ]; then
    if [ ! -r "$init_env" ]; then
      echo "INIT_ENV_FILE $init_env cannot be read" >&2
      exit 1
    fi
    # By bash: the file is the site's own, and EggRoll's is no POSIX shell.
    # With COLUMNS, EggRoll's script would see cut lines of ps, and no service.
    # shellcheck disable=SC2016 # expanded by that bash
    set -- -c '. "$0"; unset COLUMNS; exec bash "$@"' "$init_env" "$@"
  fi
  # Without a name from the start: a runner that goes away leaves nothing behind. Where no file can be made, services must start
  # all the same.
  if (: >"$said") 2>/dev/null; then
    exec 3>"$said"
    exec 4<"$said"
    rm -f "$said"
  else
    exec 3>/dev/null
    exec 4</dev/null
  fi
  ended=0
  timeout -k 5 "$limit" bash "$@" </dev/null >&3 2>&1 3>&- 4<&- || ended=$?
  # The services that were started are no work in progress: nobody may end them for that.
  end_own_work
  head -c 65536 <&4
  if [ "$ended" -eq 124 ] || [ "$ended" -eq 137 ]; then
    echo "it did not end within $limit s" >&2
  else
    echo "exit code $ended" >&2
  fi
}

main "$@"
