# shellcheck shell=sh
# lock.sh HOME OWNER PATIENCE
# Takes the lock of this node and holds it as long as lines arrive on standard input, at least one in PATIENCE seconds.
# A lock is a numbered folder, the number a fencing token: the highest number that is not released has the lock. Taking over
# from a dead or frozen owner is making the next number, which only one of several can do (mkdir is atomic), and then ending the
# scripts of earlier owners that still work. Prints `acquired TOKEN`, or `held OWNER` and ends with 75.
main() {
  home=$1 owner=$2 patience=$3
  locks=$home/$work/locks
  cd "$home"
  (umask 077 && mkdir -p "$home/$work")
  mkdir -p "$locks"
  find_newest "$home"
  if [ "$newest" -gt 0 ] && alive "$locks/$newest" "$patience"; then
    held "$(cat "$locks/$newest/owner" 2>/dev/null || echo 'a run that is just starting')"
  fi
  token=$((newest + 1))
  lock=$locks/$token
  if ! mkdir "$lock" 2>/dev/null; then
    [ -d "$lock" ] || mkdir "$lock"
    held 'a run that is just starting'
  fi
  # Without room for all of it, there is no lock.
  if ! furnish "$lock"; then
    rm -rf "$lock"
    exit 1
  fi
  # Others may have come and gone while this one looked at a silent owner, or taken this one for dead.
  find_newest "$home"
  if [ "$newest" -ne "$token" ]; then
    rm -rf "$lock"
    held 'a run that is just starting'
  fi
  for old in "$locks"/[0-9]*; do
    [ "${old##*/}" -lt "$token" ] || continue
    if ! end_work "$old" none; then
      release
      held "an earlier run, whose $left cannot be ended now"
    fi
    end_holder "$old"
    rm -rf "$old"
  done
  echo "acquired $token"
  while read -r line && [ "$line" != release ]; do
    # Of an owner that was frozen and wakes up, another may have taken the lock.
    find_newest "$home"
    [ "$newest" -eq "$token" ] || exit 75
    # Every second, so by the shell itself. Emptying an empty file is a new time stamp, which needs no room. Where it fails all the same
    # (read-only for a while), the lock stays ours: the next owner's folder cannot be made there either.
    true 2>/dev/null >"$lock/beat" || true
  done
  release
}

# end_holder LOCK: ends the script that held an earlier lock. It waits for its runner, and where the network has lost that one without
# a word, it would wait for hours.
end_holder() {
  ! holder_lives "$1" || kill -KILL "${process%%.*}" 2>/dev/null || true
}

# Everything the lock will ever need, so that neither a script nor the release needs room later.
furnish() {
  identify $$
  # By cat, which tells why it fails: the echo of dash calls a full disk an I/O error.
  echo "$identity" | cat >"$1/process" || return 1
  (: >"$1/beat") || return 1
  echo "$owner" | cat >"$1/owner" || return 1
  mkdir "$1/working" || return 1
  for number in 1 2 3 4 5 6 7 8; do
    (: >"$1/working/free-$number") || return 1
  done
}

release() {
  mv -T "$lock/beat" "$lock/released"
}

held() {
  echo "held $1"
  exit 75
}

# alive LOCK PATIENCE: is the owner's process there, and does it hear from its runner?
alive() {
  [ ! -e "$1/released" ] || return 1
  [ -e "$1/owner" ] || sleep 1
  holder_lives "$1" || return 1
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

# Compared with itself only: what time it is on the node, and whether that steps, does not matter.
last_beat() {
  stat -c %y "$1/beat" 2>/dev/null || echo none
}

main "$@"
