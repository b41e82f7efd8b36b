# shellcheck shell=sh
# processes.sh HOME: processes that may be EggRoll's, a line each: pid, working folder, command line, `stale` or `current`, identity,
# with tabs between them. Then an empty line and the listening TCP ports, in hexadecimal, a line each.
main() {
  home=$(cd "$1" 2>/dev/null && pwd -P) || home=$1
  for cmdline in $(grep -alE '[c]om[.]webank[.]eggroll|[o]rg[.]fedai[.]eggroll|[e]gg_pair' /proc/[0-9]*/cmdline 2>/dev/null || true); do
    process=${cmdline%/cmdline}
    pid=${process##*/}
    folder=$(readlink "$process/cwd" 2>/dev/null) || folder='?'
    arguments=$(tr '\000\t\n' '   ' <"$cmdline" 2>/dev/null) || continue
    identify "$pid"
    printf '%s\t%s\t%s\t%s\t%s\n' "$pid" "$folder" "$arguments" "$(age_of "$process")" "$identity"
  done
  echo
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | tr -s ' ' | sed -e 's/^ //' | cut -d ' ' -f 2,4 |
    grep ' 0A$' | cut -d ' ' -f 1 | cut -d : -f 2 | sort -u
}

# A JVM keeps the jars of its class path open. One whose jars were moved to a run's folder, or removed from lib, runs another version
# than the one that is there. Where that cannot be read, nothing is said against it.
age_of() {
  find "$1/fd" -printf '%l\n' 2>/dev/null | {
    while read -r target; do
      case $target in
        */.eggroll-upgrade/runs/* | "$home/lib/"*' (deleted)')
          echo stale
          return 0
          ;;
      esac
    done
    echo current
  }
}

main "$@"
