# Shared by the tools of the simulated node; sourced by bash.
# shellcheck shell=bash

# Runs a command as app in EGGROLL_HOME, with nothing of the caller's environment but what services need.
as_app() {
  setpriv --reuid app --regid apps --init-groups --reset-env \
    env -C "$EGGROLL_HOME" JAVA_HOME="$JAVA_HOME" PATH=/usr/local/bin:/usr/bin:/bin \
    ${SIMULATED_PAUSE:+SIMULATED_PAUSE="$SIMULATED_PAUSE"} "$@"
}

# Puts the home of the fixture in place: content, modes, times, owner.
seed_home() {
  mkdir -p "$EGGROLL_HOME"
  if [ -f /fixture/home.tar ]; then
    tar -xpf /fixture/home.tar -C "$EGGROLL_HOME" --numeric-owner
  elif [ -d /fixture/home ]; then
    cp -a /fixture/home/. "$EGGROLL_HOME/"
    chown -hR app:apps "$EGGROLL_HOME"
  else
    echo "no /fixture/home.tar and no /fixture/home: EGGROLL_HOME stays empty" >&2
    chown app:apps "$EGGROLL_HOME"
  fi
  if [ -L "$EGGROLL_HOME/logs" ]; then
    install -d -o app -g apps "$(readlink "$EGGROLL_HOME/logs")"
  fi
}

# Puts the fate_flow of the fixture, if there is one, beside the home.
seed_fate_flow() {
  local fate=${EGGROLL_HOME%/*}
  [ -f /fixture/fate_flow.tar ] || return 0
  rm -rf "${fate:?}/fateflow" "${fate:?}/conf" "${fate:?}/bin"
  tar -xpf /fixture/fate_flow.tar -C "$fate" --numeric-owner
}

port_of() {
  local key=eggroll.resourcemanager.$1.port
  case $1 in
    rollsite) key=eggroll.rollsite.port ;;
    dashboard) key=eggroll.dashboard.server.port ;;
  esac
  grep "^$key=" "$EGGROLL_HOME/conf/eggroll.properties" | cut -d = -f 2
}

is_listening() {
  (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

silent_services() {
  local service
  [ ! -f /fixture/fate_flow.tar ] || is_listening 9380 || echo fate_flow
  for service in $SERVICES; do
    is_listening "$(port_of "$service")" || echo "$service"
  done
}

supervisord_home=/data/projects/common/supervisord

# A supervisord with a program for each of SERVICES, of which the last word is $SUPERVISED. It runs as root, its programs as app.
# A program of `start` that ends within startsecs was never up: after three more tries it is FATAL, also on a busy machine.
start_supervisord() {
  local service
  install -d -o app -g apps /data/projects /data/projects/common "$supervisord_home"
  install -o app -g apps -m 0755 /usr/local/lib/simulated/service.sh "$supervisord_home/service.sh"
  {
    printf '[supervisord]\nuser=root\nlogfile=%s\npidfile=%s\n' "$supervisord_home/supervisord.log" "$supervisord_home/supervisord.pid"
    printf '[inet_http_server]\nport=127.0.0.1:9001\nusername=root\npassword=fate\n'
    printf '[rpcinterface:supervisor]\nsupervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface\n'
    for service in $SERVICES; do
      printf '[program:%s]\ncommand=/bin/bash %s %s %s\nautorestart=true\nuser=app\n' \
        "${SUPERVISED_PREFIX:-fate-}$service" "$EGGROLL_HOME/bin/fate-eggroll.sh" "$service" "$SUPERVISED"
      [ "$SUPERVISED" != start ] || printf 'startsecs=30\n'
    done
  } >"$supervisord_home/supervisord.conf"
  env -i PATH=/usr/local/bin:/usr/bin:/bin /usr/bin/supervisord -c "$supervisord_home/supervisord.conf"
}

# Ends supervisord alone, at once: what it has started goes on.
end_supervisord() {
  [ ! -s "$supervisord_home/supervisord.pid" ] || kill -KILL "$(cat "$supervisord_home/supervisord.pid")" || true
  rm -rf "$supervisord_home"
}

# start_services [SECONDS]: starts SERVICES, by supervisord, or by EggRoll's own script, side by side, as the one of 3.x takes five
# seconds for each. Fails when they do not listen within the time (5).
start_services() {
  local service until=$((SECONDS + ${1:-5}))
  if [ "$SUPERVISED" != no ]; then
    start_supervisord
  else
    for service in $SERVICES; do
      as_app bash bin/eggroll.sh "$service" start </dev/null >/dev/null 2>&1 &
    done
  fi
  [ ! -f /fixture/fate_flow.tar ] ||
    as_app bash "${EGGROLL_HOME%/*}/fateflow/bin/service.sh" start </dev/null >/dev/null 2>&1 &
  while [ -n "$(silent_services)" ]; do
    if [ "$SECONDS" -ge "$until" ]; then
      echo "not listening: $(silent_services)" >&2
      return 1
    fi
    sleep 0.05
  done
}
