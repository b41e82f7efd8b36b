# shellcheck shell=sh
# lock.sh HOME OWNER PATIENCE
# Takes the lock of this node and holds it as long as lines arrive on standard input, at least one in PATIENCE seconds.
# A lock is a numbered folder, the number a fencing token: the highest number that is not released has the lock. Taking over
# from a dead or frozen owner is making the next number, which only one of several can do (mkdir is atomic).
# Prints `acquired TOKEN`, or `held OWNER` and ends with 75.
main() {
  home=$1 owner=$2 patience=$3
  locks=$home/$work/locks
  cd "$home"
  (umask 077 && mkdir -p "$home/$work")
  mkdir -p "$locks"
  newest=$(newest_token "$home")
  if [ "$newest" -gt 0 ] && alive "$locks/$newest" "$patience"; then
    echo "held $(cat "$locks/$newest/owner" 2>/dev/null || echo 'a run that is just starting')"
    exit 75
  fi
  token=$((newest + 1))
  if ! mkdir "$locks/$token" 2>/dev/null; then
    [ -d "$locks/$token" ] || mkdir "$locks/$token"
    echo "held a run that is just starting"
    exit 75
  fi
  : >"$locks/$token/beat"
  process_identity $$ >"$locks/$token/process"
  echo "$owner" >"$locks/$token/owner"
  # Others may have come and gone while this one looked at a silent owner, or taken this one for dead.
  if [ "$(newest_token "$home")" -ne "$token" ]; then
    rm -rf "${locks:?}/$token"
    echo "held a run that is just starting"
    exit 75
  fi
  for old in "$locks"/[0-9]*; do
    [ "${old##*/}" -ge "$token" ] || rm -rf "$old"
  done
  echo "acquired $token"
  # A time stamp needs no room: a disk that runs full must not cost the lock.
  while read -r line && [ "$line" != release ]; do
    touch "$locks/$token/beat"
  done
  : >"$locks/$token/released"
}

# alive LOCK PATIENCE: is the owner's process there, and does it hear from its runner?
alive() {
  [ ! -e "$1/released" ] || return 1
  [ -e "$1/owner" ] || sleep 1
  process=$(cat "$1/process" 2>/dev/null) || return 1
  [ "$(process_identity "${process%% *}")" = "$process" ] || return 1
  before=$(last_beat "$1")
  waited=0
  while [ "$waited" -lt "$2" ]; do
    sleep 1
    waited=$((waited + 1))
    [ ! -e "$1/released" ] || return 1
    [ "$(last_beat "$1")" = "$before" ] || return 0
  done
  return 1
}

last_beat() {
  stat -c %y "$1/beat" 2>/dev/null || echo none
}

# process_identity PID: pid, start time and boot, which no other process shares; `PID gone` when it is not there.
process_identity() {
  pid=$1
  stat=$(cat "/proc/$pid/stat" 2>/dev/null) || {
    echo "$pid gone"
    return 0
  }
  # shellcheck disable=SC2086 # the fields after the name in brackets are to be split; the 20th is the start time
  set -- ${stat##*) }
  shift 19
  echo "$pid $1 $(cat /proc/sys/kernel/random/boot_id)"
}

main "$@"
