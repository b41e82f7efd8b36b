#!/bin/bash
# Service control of the simulated EggRoll 2.0.x and 2.1.0.
# The home is the current directory. ClusterManager and NodeManager are found in `ps` by port and tag alone, RollSite by
# the number in its pid file. The exit code says nothing.
# shellcheck disable=SC2009  # ps and grep are what is simulated

start_dir=$(pwd)
EGGROLL_HOME=$start_dir
export EGGROLL_HOME
pid_file_name='bin/%s'
conf=$EGGROLL_HOME/conf/eggroll.properties
action=${!#}

read_setting() {
  setting=$(grep "$1" "$conf" | cut -d = -f 2)
}

usage() {
  echo "usage: $(basename "$0") {clustermanager | nodemanager | rollsite | all} {start | stop | status | restart}"
}

select_module() {
  launcher='com.webank.eggroll.core.Bootstrap --bootstraps com.webank.eggroll.core.resourcemanager'
  case $module in
    clustermanager)
      read_setting eggroll.resourcemanager.clustermanager.port
      port=$setting
      class="$launcher.ClusterManagerBootstrap"
      arguments="-p $port -s $tag"
      ;;
    nodemanager)
      read_setting eggroll.resourcemanager.nodemanager.port
      port=$setting
      class="$launcher.NodeManagerBootstrap"
      arguments="-p $port -s $tag"
      ;;
    rollsite)
      port=
      class=com.webank.eggroll.rollsite.Proxy
      arguments=
      ;;
    *)
      usage
      exit 255
      ;;
  esac
  # shellcheck disable=SC2059  # the format is the constant above
  pid_file=$EGGROLL_HOME/$(printf "$pid_file_name" "$module")
}

# Memory sizes and times are left out: with the small process numbers of a container they would hit by chance.
processes() {
  ps aux | awk 'NR > 1 { $3 = $4 = $5 = $6 = $7 = $8 = $9 = $10 = ""; print }' | grep -v grep
}

find_pids() {
  if [ "$module" = rollsite ]; then
    number=
    [ -f "$pid_file" ] && number=$(cat "$pid_file")
    pids=
    [ -n "$number" ] && pids=$(processes | grep -e "$number" | awk '{ print $2 }')
  else
    pids=$(ps aux | grep -e "$port" | grep -e "$tag" | grep -v grep | awk '{ print $2 }')
  fi
  [ -n "$pids" ]
}

show_status() {
  if find_pids; then
    echo "status:"
    for pid in $pids; do
      ps aux | grep -e "$pid" | grep -v grep
    done
  else
    echo "service not running"
  fi
}

start_service() {
  if find_pids; then
    echo "service already started. pid: $pids"
    return
  fi
  mkdir -p "$EGGROLL_HOME/logs/eggroll"
  command="java -Dlog4j.configurationFile=$EGGROLL_HOME/conf/log4j2.properties -cp $EGGROLL_HOME/lib/*:$EGGROLL_HOME/conf/"
  command="$command $class -c $conf $arguments"
  echo "$command"
  export EGGROLL_LOG_FILE=$module
  set -f
  # shellcheck disable=SC2086  # split into words on purpose
  $command >>"$EGGROLL_HOME/logs/eggroll/bootstrap.$module.out" 2>>"$EGGROLL_HOME/logs/eggroll/bootstrap.$module.err" &
  set +f
  echo $! >"$pid_file"
  # A new process needs a moment to show its own command line; whether it goes on living is not looked at.
  for _ in {1..20}; do
    find_pids && break
    sleep 0.05
  done
  if find_pids; then
    echo "service start sucessfully. pid: $pids"
  else
    echo "service start failed"
  fi
}

stop_service() {
  if ! find_pids; then
    echo "service not running"
    return
  fi
  echo "killing: $pids"
  # shellcheck disable=SC2086  # several numbers on purpose
  kill $pids
  sleep "${SIMULATED_PAUSE:-1}"
  # No limit, as in the original; the pause spares the processor.
  while find_pids; do
    sleep 0.1
  done
  echo "killed"
}

run_action() {
  echo "[INFO] $module: $class"
  echo "[INFO] processing: $module $action"
  case $action in
    start) start_service && show_status ;;
    stop) stop_service && show_status ;;
    status) show_status ;;
    restart) stop_service && start_service && show_status ;;
    *)
      usage
      exit 255
      ;;
  esac
}

read_setting eggroll.resourcemanager.process.tag
tag=${setting:-EGGROLL_DAEMON}

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

cd "$start_dir" || exit 1
