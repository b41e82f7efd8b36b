#!/bin/bash
# Service control of the simulated EggRoll 2.2.0 to 3.0.0-beta.
# The home is the folder above this script. A service is found in `ps` by port, tag and class. The exit code says nothing.
# shellcheck disable=SC2009  # ps and grep are what is simulated

script_dir=$(cd "$(dirname "$0")" && pwd)
cd "$script_dir/.." || exit 1
EGGROLL_HOME=$(pwd)
export EGGROLL_HOME
value_fields='2-'
conf=$EGGROLL_HOME/conf/eggroll.properties
action=${!#}
foreground=no
case $action in
  starting) action=start foreground=yes ;;
  restarting) action=restart foreground=yes ;;
esac

read_setting() {
  setting=$(grep "$1" "$conf" | cut -d = -f "$value_fields")
}

usage() {
  echo "usage: $(basename "$0") {clustermanager | nodemanager | rollsite | all} {start | stop | kill | status | restart}"
}

select_module() {
  case $module in
    clustermanager)
      class=com.webank.eggroll.core.resourcemanager.ClusterManagerBootstrap
      prefix=eggroll.resourcemanager.clustermanager
      ;;
    nodemanager)
      class=com.webank.eggroll.core.resourcemanager.NodeManagerBootstrap
      prefix=eggroll.resourcemanager.nodemanager
      ;;
    rollsite)
      class=com.webank.eggroll.rollsite.EggSiteBootstrap
      prefix=eggroll.rollsite
      ;;
    *)
      usage
      exit 255
      ;;
  esac
  read_setting "$prefix.port"
  port=$setting
  read_setting "$prefix.jvm.options"
  jvm_options=$setting
}

matching_processes() {
  ps aux | grep -e "$port" | grep -e "$tag" | grep -e "$class" | grep -v grep
}

find_pids() {
  pids=$(matching_processes | awk '{ print $2 }')
  [ -n "$pids" ]
}

show_status() {
  if find_pids; then
    echo "status:"
    matching_processes
  else
    echo "service not running"
  fi
}

start_service() {
  if find_pids; then
    echo "service already started. pid=$pids"
    return
  fi
  mkdir -p "$EGGROLL_HOME/logs/eggroll"
  command="java $jvm_options -Dlog4j.configurationFile=$EGGROLL_HOME/conf/log4j2.properties -cp $EGGROLL_HOME/lib/*:"
  command="$command com.webank.eggroll.core.Bootstrap --bootstraps $class -c $conf -p $port -s $tag"
  echo "$command"
  export EGGROLL_LOG_FILE=$module
  set -f
  out=$EGGROLL_HOME/logs/eggroll/bootstrap.$module.out
  err=$EGGROLL_HOME/logs/eggroll/bootstrap.$module.err
  # shellcheck disable=SC2086  # split into words on purpose
  [ "$foreground" = no ] || exec $command >>"$out" 2>>"$err"
  # shellcheck disable=SC2086
  $command >>"$out" 2>>"$err" &
  set +f
  # A new process needs a moment to show its own command line; whether it goes on living is not looked at.
  for _ in {1..20}; do
    find_pids && break
    sleep 0.05
  done
  if find_pids; then
    echo "service start sucessfully. pid=$pids"
  else
    echo "service start failed"
  fi
}

# Sends a signal, then waits without a limit, as in the original; the pause spares the processor.
end_service() {
  if ! find_pids; then
    echo "service not running"
    return
  fi
  echo "killing:"
  matching_processes
  # shellcheck disable=SC2086  # several numbers on purpose
  kill -s "$1" $pids
  sleep "${SIMULATED_PAUSE:-1}"
  while find_pids; do
    sleep 0.1
  done
  echo "killed"
}

run_action() {
  echo
  echo "[INFO] $module=$class"
  echo "[INFO] processing: $module $action"
  case $action in
    start) start_service && show_status ;;
    stop) end_service TERM && show_status ;;
    kill) end_service KILL && show_status ;;
    status) show_status ;;
    restart) end_service TERM && start_service && show_status ;;
    *)
      usage
      exit 255
      ;;
  esac
}

echo "EGGROLL_HOME=$EGGROLL_HOME"
read_setting eggroll.resourcemanager.process.tag
tag=${setting:-EGGROLL_DAEMON}
echo "processor_tag=$tag"

last=$(($# > 0 ? $# - 1 : 0))
if [ "${1:-}" = all ]; then
  modules=(clustermanager nodemanager rollsite)
else
  modules=("${@:1:last}")
fi
for module in "${modules[@]}"; do
  select_module
  run_action
done

cd "$script_dir" || exit 1
