# shellcheck shell=sh
# processes.sh: processes that may be EggRoll's, a line each: pid, tab, working folder, tab, command line. Then an empty line and
# the listening TCP ports, in hexadecimal, a line each.
main() {
  for cmdline in $(grep -alE '[c]om[.]webank[.]eggroll|[o]rg[.]fedai[.]eggroll|[e]gg_pair' /proc/[0-9]*/cmdline 2>/dev/null || true); do
    process=${cmdline%/cmdline}
    folder=$(readlink "$process/cwd" 2>/dev/null) || folder='?'
    arguments=$(tr '\000\t\n' '   ' <"$cmdline" 2>/dev/null) || continue
    printf '%s\t%s\t%s\n' "${process##*/}" "$folder" "$arguments"
  done
  echo
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null | tr -s ' ' | sed -e 's/^ //' | cut -d ' ' -f 2,4 |
    grep ' 0A$' | cut -d ' ' -f 1 | cut -d : -f 2 | sort -u
}

main "$@"
