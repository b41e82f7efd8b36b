# Shared by the tools of the simulated node; sourced by bash.
# shellcheck shell=bash

# Runs a command as app in EGGROLL_HOME, with nothing of the caller's environment but what services need.
as_app() {
  setpriv --reuid app --regid apps --init-groups --reset-env \
    env -C "$EGGROLL_HOME" JAVA_HOME="$JAVA_HOME" PATH=/usr/local/bin:/usr/bin:/bin "$@"
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

# Starts SERVICES by EggRoll's own script, side by side: the one of 3.x takes five seconds for each.
start_services() {
  local service
  for service in $SERVICES; do
    as_app bash bin/eggroll.sh "$service" start </dev/null >/dev/null 2>&1 &
  done
  [ ! -f /fixture/fate_flow.tar ] ||
    as_app bash "${EGGROLL_HOME%/*}/fateflow/bin/service.sh" start </dev/null >/dev/null 2>&1 &
  for _ in {1..100}; do
    [ -n "$(silent_services)" ] || return 0
    sleep 0.05
  done
  echo "not listening: $(silent_services)" >&2
}
