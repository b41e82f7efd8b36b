# shellcheck shell=sh
# processes.sh HOME [ports]: `home`, a tab and HOME with all links followed. Then processes that may be EggRoll's, a line each: pid, working
# folder, command line, `stale` or `current`, identity, pid of the supervisord above it (see supervisor_of), with tabs between them.
# Then an empty line, and with `ports` the listening TCP ports, in hexadecimal, a line each: finding them takes a kernel with much memory
# longer than all the rest.
main() {
  home=$(cd "$1" 2>/dev/null && pwd -P) || home=$1
  printf 'home\t%s\n' "$home"
  found=$(grep -alE '[c]om[.]webank[.]eggroll|[o]rg[.]fedai[.]eggroll|[e]gg_pair' /proc/[0-9]*/cmdline 2>/dev/null) || true
  supervisors=
  [ -z "$found" ] || supervisors=$(grep -alzE '(^|/)supervisord$' /proc/[0-9]*/cmdline 2>/dev/null) || true
  for cmdline in $found; do
    process=${cmdline%/cmdline}
    pid=${process##*/}
    arguments=$(tr '\000\t\n' '   ' <"$cmdline" 2>/dev/null) || continue
    look_at_files "$process"
    supervisor_of "$pid"
    identify "$pid"
    printf '%s\t%s\t%s\t%s\t%s\t%s\n' "$pid" "$folder" "$arguments" "$age" "$identity" "$supervisor"
  done
  echo
  [ "${2:-}" != ports ] || listening_ports
}

# supervisor_of PID: gives in `supervisor` the nearest supervisord above a process: its pid, 0 when there is none, `?` where the
# processes above it are hidden from this user.
supervisor_of() {
  supervisor=$1
  while :; do
    identify "$supervisor"
    supervisor=$parent
    case $supervisor in 0 | '?') return 0 ;; esac
    case "$supervisors" in *"/proc/$supervisor/cmdline"*) return 0 ;; esac
    [ -r "/proc/$supervisor/cmdline" ] || supervisor='?'
    [ "$supervisor" != '?' ] || return 0
  done
}

# look_at_files PROCESS: gives its working folder in `folder`, and in `age` whether it is `stale`: a JVM keeps the jars of its class
# path open, and one whose jars were moved to a run's folder, or removed from lib, runs another version than the one that is there.
# Where that cannot be read, nothing is said against it.
look_at_files() {
  folder='?' age=current
  links=$(find "$1/cwd" "$1/fd" -maxdepth 1 -printf '%f %l\n' 2>/dev/null) || true
  set -f
  IFS='
'
  for link in $links; do
    case $link in
      'cwd '?*) folder=${link#cwd } ;;
      *' '*/.eggroll-upgrade/runs/* | *" $home/lib/"*' (deleted)') age=stale ;;
    esac
  done
  set +f
  unset IFS
}

main "$@"
