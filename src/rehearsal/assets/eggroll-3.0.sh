#!/bin/bash
# Service control of the simulated EggRoll 3.0.0 to 3.2.0.
# The home is the folder above this script; JAVA_HOME must be set. A service is found in `ps` by port, tag and class, the
# dashboard by whoever listens on its port. The exit code of status and start says nothing.
# shellcheck disable=SC2009  # ps and grep are what is simulated

script_dir=$(cd "$(dirname "$0")" && pwd)
EGGROLL_HOME=$(dirname "$script_dir")
export EGGROLL_HOME
cd "$EGGROLL_HOME" || exit 1
conf=$EGGROLL_HOME/conf/eggroll.properties
red='\033[31m'
green='\033[32m'
plain='\033[0m'
pause_seconds=

usage() {
  echo "usage: $(basename "$0") {clustermanager | nodemanager | dashboard | all} {start | stop | shut | status | restart [sleep] | debug}"
}

read_setting() {
  setting=$(grep "$1" "$conf" | cut -d = -f 2-)
}

require_java() {
  if [ -z "${JAVA_HOME:-}" ]; then
    echo "JAVA_HOME is not set"
    exit 1
  fi
  if [ ! -x "$JAVA_HOME/bin/java" ]; then
    echo "java is not found in JAVA_HOME"
    exit 1
  fi
}

select_module() {
  jvm_options=
  case $module in
    clustermanager)
      class=org.fedai.eggroll.clustermanager.Bootstrap
      port_key=eggroll.resourcemanager.clustermanager.port
      ;;
    nodemanager)
      class=org.fedai.eggroll.nodemanager.Bootstrap
      port_key=eggroll.resourcemanager.nodemanager.port
      ;;
    dashboard)
      class=org.fedai.eggroll.webapp.JettyServer
      port_key=eggroll.dashboard.server.port
      ;;
    *)
      usage
      exit 1
      ;;
  esac
  read_setting "$port_key"
  port=$setting
  [ "$module" = dashboard ] && return
  read_setting "eggroll.resourcemanager.$module.jvm.options"
  jvm_options=$setting
}

find_pids() {
  if [ "$module" = dashboard ]; then
    pids=$(lsof -i:"$port" | grep LISTEN | awk '{ print $2 }' | sort -u)
  else
    pids=$(ps aux | grep -e "$port" | grep -e "$tag" | grep -e "$class" | grep -v grep | awk '{ print $2 }')
  fi
  [ -n "$pids" ]
}

show_status() {
  if find_pids; then
    echo -e "${green}The $module service is running (($pids ACTIVE))${plain}"
  else
    echo -e "${red}The $module service is not running ((NOT ACTIVE))${plain}"
  fi
}

start_service() {
  require_java
  if find_pids; then
    echo -e "${green}The $module service already started. pid=$pids${plain}"
    return
  fi
  mkdir -p "$EGGROLL_HOME/logs/eggroll"
  command="java -server $jvm_options $debug_options -Dlog4j.configurationFile=$EGGROLL_HOME/conf/log4j2.xml"
  command="$command -Dmodule=$module -cp $EGGROLL_HOME/lib/*: $class -p $port -s $tag"
  export EGGROLL_LOG_FILE=$module
  set -f
  out=$EGGROLL_HOME/logs/eggroll/bootstrap.$module.out
  err=$EGGROLL_HOME/logs/eggroll/bootstrap.$module.err
  # shellcheck disable=SC2086  # split into words on purpose
  [ "$foreground" = no ] || exec $command >>"$out" 2>>"$err"
  # shellcheck disable=SC2086
  $command >>"$out" 2>>"$err" &
  set +f
  sleep "${SIMULATED_PAUSE:-5}"
  if find_pids; then
    echo -e "${green}The $module service start sucessfully. pid=$pids${plain}"
  else
    echo -e "${red}The $module service start failed${plain}"
  fi
}

stop_service() {
  if ! find_pids; then
    echo -e "${red}The $module service is not running${plain}"
    return
  fi
  echo "killing: $pids"
  for _ in {1..100}; do
    # shellcheck disable=SC2086  # several numbers on purpose
    kill $pids
    sleep 0.1
    if ! find_pids; then
      echo "killed by SIGTERM"
      return
    fi
  done
  # shellcheck disable=SC2086
  kill -9 $pids
  echo "killed by SIGKILL"
}

run_action() {
  echo "[INFO] processing: $module $action"
  debug_options=
  foreground=no
  case $action in
    start) start_service && show_status ;;
    starting) foreground=yes && start_service ;;
    stop) stop_service && show_status ;;
    status) show_status ;;
    restart)
      stop_service
      [ -z "$pause_seconds" ] || sleep "$pause_seconds"
      start_service && show_status
      ;;
    debug)
      debug_options=-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=7007
      start_service && show_status
      ;;
    *)
      usage
      exit 1
      ;;
  esac
}

if [ "${1:-}" = usage ]; then
  usage
  exit 1
fi

words=("$@")
# `restart 5`: the number is the pause between stop and start.
if [ $# -ge 3 ] && [[ ${words[-1]} =~ ^[0-9]+$ ]]; then
  pause_seconds=${words[-1]}
  unset 'words[-1]'
fi
last=$((${#words[@]} > 0 ? ${#words[@]} - 1 : 0))
action=${words[last]:-}
read_setting eggroll.resourcemanager.process.tag
tag=${setting:-EGGROLL_DAEMON}

if [ "${words[0]:-}" = all ]; then
  modules=(nodemanager clustermanager dashboard)
else
  modules=("${words[@]:0:last}")
fi
for module in "${modules[@]}"; do
  select_module
  run_action
done

cd "$script_dir" || exit 1
