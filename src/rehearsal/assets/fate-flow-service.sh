#!/bin/bash
# Service control of the simulated fate_flow. The server is found by lsof on the ports of conf/service_conf.yaml. The exit code says
# nothing: without init_env.sh or the configuration it ends with 0, and nothing is done.

fate=$(cd "$(dirname "$0")/../.." && pwd)
environment=$fate/bin/init_env.sh
conf=$fate/conf/service_conf.yaml
server=$fate/fateflow/python/fate_flow/fate_flow_server.py
logs=$fate/fateflow/logs

for needed in "$environment" "$conf"; do
  if [ ! -f "$needed" ]; then
    echo "$needed not found"
    exit
  fi
done
# shellcheck source=/dev/null
. "$environment"

read_port() {
  sed -n "s/^ *$1: *//p" "$conf"
}

find_pid() {
  pid=$(lsof -t -i":$(read_port http_port)" -sTCP:LISTEN)
  [ -n "$pid" ] || pid=$(lsof -t -i":$(read_port grpc_port)" -sTCP:LISTEN)
  [ -n "$pid" ]
}

show_status() {
  if find_pid; then
    echo "status:"
    ps -o pid=,args= -p "$pid"
  else
    echo "service not running"
  fi
}

start_server() {
  if find_pid; then
    echo "service already started. pid: $pid"
    return
  fi
  mkdir -p "$logs"
  [ "$1" = background ] || exec python "$server" >>"$logs/console.log" 2>>"$logs/error.log"
  nohup python "$server" >>"$logs/console.log" 2>>"$logs/error.log" &
  for _ in {1..100}; do
    sleep 0.1
    if find_pid; then
      echo "service start sucessfully. pid: $pid"
      return
    fi
    kill -0 $! 2>/dev/null || break
  done
  echo "service start failed, please check $logs"
}

# Waits without a limit until the ports are free.
stop_server() {
  if ! find_pid; then
    echo "service not running"
    return
  fi
  echo "killing: $pid"
  kill "$pid"
  while find_pid; do
    sleep 0.1
  done
  echo "killed"
}

case ${1:-} in
  start) start_server background ;;
  starting) start_server foreground ;;
  stop) stop_server ;;
  status) show_status ;;
  restart)
    stop_server
    start_server background
    ;;
  *) echo "usage: $0 {start|starting|stop|status|restart}" ;;
esac
exit 0
