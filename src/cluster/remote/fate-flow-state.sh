# shellcheck shell=sh
# fate-flow-state.sh SCRIPT INIT_ENV LIMIT_BYTES
# What there is of the fate_flow whose service.sh is SCRIPT, one `key value` line each; changes nothing. Its folder is the one around
# service.sh, or above that one where it is called bin.
main() {
  for tool in bash timeout; do
    command -v "$tool" >/dev/null 2>&1 || echo "missing-tool $tool"
  done
  [ ! -f "$1" ] || echo 'script present'
  if [ -z "$2" ] || [ -r "$2" ]; then echo 'init-env present'; fi
  named=$(dirname -- "$1")
  real=$(cd "$named" 2>/dev/null && pwd -P) || real=$named
  conf_above "$real" "$3"
  case $named in ?*/bin) named=${named%/bin} ;; esac
  case $real in ?*/bin) real=${real%/bin} ;; esac
  for cmdline in $(grep -al 'fate_flow_server[.]py' /proc/[0-9]*/cmdline 2>/dev/null || true); do
    process=${cmdline%/cmdline}
    ! is_fate_flow "$process" || echo "process ${process##*/}"
  done
  earlier_scripts fate-flow
  [ -z "$earlier" ] || echo "at-work$earlier"
  listening_ports | sed 's/^/listens /'
}

# conf_above FOLDER LIMIT_BYTES: the service_conf.yaml that belongs to a service.sh there: FATE keeps it in a folder conf, one, two or
# three steps further up, as its releases differ.
conf_above() {
  place=$1
  for _ in 1 2 3 4; do
    if [ -f "$place/conf/service_conf.yaml" ]; then
      echo "conf $(head -c "$2" "$place/conf/service_conf.yaml" | base64 -w 0)"
      return 0
    fi
    place=${place%/*}
  done
}

# is_fate_flow PROCESS: does python run the fate_flow_server.py of this installation there? Others may run on the same machine.
is_fate_flow() {
  words=$(tr '\000' '\n' <"$1/cmdline" 2>/dev/null) || return 1
  program=$(printf '%s\n' "$words" | head -n 1)
  case ${program##*/} in python*) ;; *) return 1 ;; esac
  file=$(printf '%s\n' "$words" | grep -m 1 -xE '(.*/)?fate_flow_server[.]py') || return 1
  case $file in
    /*) ;;
    *) file=$(readlink "$1/cwd" 2>/dev/null || true)/$file ;;
  esac
  case $file in "$named"/* | "$real"/*) return 0 ;; esac
  file=$(readlink -f -- "$file") || return 1
  case $file in "$real"/*) return 0 ;; esac
  return 1
}

main "$@"
