# shellcheck shell=sh
# service.sh HOME TOKEN INIT_ENV LIMIT_SECONDS SCRIPT ARGUMENT…
# Calls the site's own service script (bin/eggroll.sh, or supervisord's service.sh) by bash from EGGROLL_HOME, for at most
# LIMIT_SECONDS, and prints what it said, and on standard error how it ended.
main() {
  fence "$1" "$2"
  cd "$1"
  said=$1/$work/service.out
  shift 2
  call_bash "$said" "$@"
}

main "$@"
