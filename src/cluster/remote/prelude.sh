# shellcheck shell=sh
# Comes before every script that runs on a node: strict mode, a plain locale, the fence, and the end of work that was left.
set -eu
LC_ALL=C
export LC_ALL
unset COLUMNS CDPATH
work=.eggroll-upgrade
work_entry=
# What a login shell prints by itself comes before this mark and is left out.
printf '\001begin\001\n'

# fence HOME TOKEN: ends a script whose run no longer holds the lock of this node. The first call makes the script known as work
# under that lock, then looks; a new owner makes its lock first, then looks for work (lock.sh). So one of both sees the other.
fence() {
  first=
  [ -n "$work_entry" ] || { first=yes && begin_work "$1/$work/locks/$2"; }
  find_newest "$1"
  if [ "$newest" != "$2" ] || [ -e "$1/$work/locks/$2/released" ]; then
    echo "fenced: token $2, newest $newest" >&2
    exit 75
  fi
  # What an earlier script of this lock has left running, as its runner waits no longer for it, is ended: one at a time changes a node.
  if [ -n "$first" ] && ! end_work "$1/$work/locks/$2" "$name"; then
    echo "$left of an earlier command cannot be ended" >&2
    exit 1
  fi
}

# begin_work LOCK: names this script in `working` as SESSION.PID.START.BOOT. Renaming one of the empty files that the lock made for
# that takes no room and no inode: on a full disk, everything can still be taken back.
begin_work() {
  [ -d "$1" ] || return 0
  identify $$
  EGGROLL_UPGRADE_WORK=$identity
  export EGGROLL_UPGRADE_WORK
  name=$session.$identity
  work_place=
  for free in "$1"/working/free-*; do
    if mv -T "$free" "$1/working/$name" 2>/dev/null; then
      work_place=$free
      break
    fi
  done
  if [ -z "$work_place" ] && ! make_entry "$1/working"; then
    # A new owner has removed it: the fence says so.
    [ -d "$1" ] || return 0
    exit 1
  fi
  work_entry=$1/working/$name
  trap end_own_work EXIT
}

make_entry() {
  [ -d "$1" ] || mkdir "$1" || return 1
  (: >"$1/$name")
}

# This script changes nothing any more.
end_own_work() {
  [ -n "$work_entry" ] || return 0
  if [ -n "$work_place" ]; then
    mv -T "$work_entry" "$work_place" 2>/dev/null || true
  else
    rm -f "$work_entry"
  fi
  work_entry=
}

# end_work LOCK EXCEPT: kills what still works under a lock, and waits for its end. Gives 1, and what it is in `left`, when it would
# not end.
end_work() {
  identify $$
  own_session=$session
  for known in "$1"/working/*.*.*.*; do
    worker=${known##*/}
    if [ ! -e "$known" ] || [ "$worker" = "$2" ]; then continue; fi
    script=${worker#*.}
    identify "${script%%.*}"
    # The number of a session says something as long as its script lives; and this script's own session is not to be ended.
    if [ "$identity" != "$script" ] || [ "$session" = "$own_session" ]; then session=none; fi
    end_workers "$session" "$script" || return 1
    mv -T "$known" "$1/working/free-${script%%.*}" 2>/dev/null || true
  done
  end_incoming "${1%/locks/*}" "$own_session"
}

# end_incoming WORK OWN_SESSION: kills logins that were to bring a stage-receive.sh its stream, when that one has been ended: by their
# names, as one that has not got its text yet, or waits for a reader, has no other mark. Gives 1, and what it is in `left`, when one
# would not end.
end_incoming() {
  for pipe in "$1"/runs/*/stream/????????????????; do
    [ -p "$pipe" ] || continue
    for login in $(scripts_named "stage-incoming-${pipe##*/}"); do
      end_script "$login" "$2" || return 1
    done
    rm -f "$pipe" 2>/dev/null || true
  done
}

# end_script PID OWN_SESSION: kills a script, if it is still there, with its session, unless that is this script's own, and what it has
# started. Gives 1, and what it is in `left`, when it would not end.
end_script() {
  identify "$1"
  [ "$session" != "$2" ] || session=none
  [ "$identity" = "$1.gone" ] || end_workers "$session" "$identity"
}

# end_workers SESSION IDENTITY: kills what `workers_of` gives, and waits for its end. Gives 1, and what it is in `left`, when it would
# not end.
end_workers() {
  tries=0
  while left=$(workers_of "$1" "$2") && [ -n "$left" ]; do
    if [ "$tries" -ge 20 ]; then
      left=${left%%[!0-9]*}
      left="process $left ($(cat "/proc/$left/comm" 2>/dev/null || echo unknown))"
      return 1
    fi
    # shellcheck disable=SC2086 # one word for each process
    kill -KILL $left 2>/dev/null || true
    sleep 0.1
    tries=$((tries + 1))
  done
}

# workers_of SESSION IDENTITY: the processes of a session, and those that a script has started: they carry its identity.
workers_of() {
  {
    cat /proc/[0-9]*/stat 2>/dev/null | sed -n 's/^\([0-9]*\) (.*) [^ZX] [0-9]* [0-9]* '"$1"' .*/\1/p'
    grep -alzxF "EGGROLL_UPGRADE_WORK=$2" /proc/[0-9]*/environ 2>/dev/null | cut -d / -f 3
    identify "${2%%.*}"
    [ "$identity" != "$2" ] || echo "${2%%.*}"
  } | sort -u
}

# identify PID: gives `identity`, PID.START.BOOT, which no other process shares (`PID.gone` when it is not there or only waits to be
# forgotten), `parent`, the number of its parent (`?` likewise), and `session`. That is `none` unless it is the process's own or its
# parent's (a login shell that runs one command), for which sshd makes a new one: any other may hold anything.
identify() {
  identity=$1.gone session=none parent='?' stat=
  while read -r line; do stat="$stat $line"; done 2>/dev/null <"/proc/$1/stat" || return 0
  number=$1
  # shellcheck disable=SC2086 # the fields after the name in brackets, which may hold anything, are to be split
  set -- ${stat##*) }
  case ${1:-Z} in [ZX]) return 0 ;; esac
  # shellcheck disable=SC2034 # the scripts read it
  parent=$2
  if [ "$4" = "$number" ] || [ "$4" = "$2" ]; then session=$4; fi
  shift 19
  read -r boot </proc/sys/kernel/random/boot_id
  identity=$number.$1.$boot
}

# holder_lives LOCK: is the process that took the lock there? Gives its identity in `process`.
holder_lives() {
  process=$(cat "$1/process" 2>/dev/null) || return 1
  identify "${process%%.*}"
  [ "$identity" = "$process" ]
}

# scripts_named NAME: the processes of scripts of that name, a line each; one that looks for them may be among them, and is gone then.
scripts_named() {
  grep -alzxF "eggroll-upgrade-$1" /proc/[0-9]*/cmdline 2>/dev/null | cut -d / -f 3
}

# earlier_scripts NAME: the processes of scripts of that name that began before this one, in `earlier`, each after a blank.
earlier_scripts() {
  identify $$
  own_start=${identity#*.}
  own_start=${own_start%%.*}
  earlier=
  for other in $(scripts_named "$1"); do
    identify "$other"
    start=${identity#*.}
    start=${start%%.*}
    [ "$start" != gone ] || continue
    if [ "$start" -lt "$own_start" ] || { [ "$start" -eq "$own_start" ] && [ "$other" -lt "$$" ]; }; then
      earlier="$earlier $other"
    fi
  done
}

# listening_ports: the TCP ports that listen, in hexadecimal, a line each.
listening_ports() {
  sed -n 's/^ *[0-9]*: [0-9A-F]*:\([0-9A-F]*\) [0-9A-F:]* 0A .*/\1/p' /proc/net/tcp /proc/net/tcp6 2>/dev/null || true
}

# call_bash SAID INIT_ENV LIMIT_SECONDS WORD…: calls bash with these words, after INIT_ENV if that is not empty, for at most LIMIT_SECONDS,
# and prints what it said, and on standard error how it ended. The output goes through the file SAID, as a service that was started
# would hold a pipe open.
call_bash() {
  said=$1 init_env=$2 limit=$3
  shift 3
  if [ -n "$init_env" ]; then
    if [ ! -r "$init_env" ]; then
      echo "INIT_ENV_FILE $init_env cannot be read" >&2
      exit 1
    fi
    # By bash: the file is the site's own, and EggRoll's is no POSIX shell.
    # With COLUMNS, EggRoll's script would see cut lines of ps, and no service.
    # shellcheck disable=SC2016 # expanded by that bash
    set -- -c '. "$0"; unset COLUMNS; exec bash "$@"' "$init_env" "$@"
  fi
  # Without a name from the start: a runner that goes away leaves nothing behind. Where no file can be made, services must start
  # all the same.
  if (: >"$said") 2>/dev/null; then
    exec 3>"$said"
    exec 4<"$said"
    rm -f "$said"
  else
    exec 3>/dev/null
    exec 4</dev/null
  fi
  ended=0
  timeout -k 5 "$limit" bash "$@" </dev/null >&3 2>&1 3>&- 4<&- || ended=$?
  # The services that were started are no work in progress: nobody may end them for that.
  end_own_work
  head -c 65536 <&4
  if [ "$ended" -eq 124 ] || [ "$ended" -eq 137 ]; then
    echo "it did not end within $limit s" >&2
  else
    echo "exit code $ended" >&2
  fi
}

# find_newest HOME: gives in `newest` the highest lock number that was ever given out; 0 when none was.
find_newest() {
  newest=0
  for taken in "$1/$work/locks"/[0-9]*; do
    [ -d "$taken" ] || continue
    [ "${taken##*/}" -le "$newest" ] || newest=${taken##*/}
  done
}

# The path of the run's own folder: run_folder HOME RUN.
run_folder() {
  echo "$1/$work/runs/$2"
}

# to_disk FOLDER: syncs the file system of a folder; an error of the disk ends the script. Coreutils before 8.24 can only sync all
# file systems, and tell of no error.
to_disk() {
  said=$(sync -f "$1" 2>&1) && return 0
  case $(sync --help 2>&1) in
    *file-system*)
      echo "$said" >&2
      return 1
      ;;
  esac
  sync
}

# paths_to_disk PATH…: syncs files, and folders for what came into them or went; no more than that, as other programs may have much
# to write. What is not there is left out. Coreutils before 8.24 sync everything then, and say so.
paths_to_disk() {
  count=$#
  while [ "$count" -gt 0 ]; do
    [ ! -e "$1" ] || set -- "$@" "$1"
    shift
    count=$((count - 1))
  done
  said=$(sync -- "$@" 2>&1) && return 0
  echo "$said" >&2
  return 1
}

# place_to_disk HOME FOLDER: syncs that a folder of ours is there, and what is directly in it.
place_to_disk() {
  paths_to_disk "$2" "$1/$work/runs" "$1/$work" "$1"
}

# places_of HOME RUN_FOLDER NAME: gives in `places` whether a folder is staged, live, in the backup, each `yes` or `no`.
places_of() {
  staged=no live=no backup=no
  ! exists "$2/staged/$3" || staged=yes
  ! exists "$1/$3" || live=yes
  ! exists "$2/backup/$3" || backup=yes
  # shellcheck disable=SC2034 # the scripts read it
  places="$staged $live $backup"
}

# tell_places HOME RUN_FOLDER FOLDER…: where each folder is: `name staged live backup`, each `yes` or `no`.
tell_places() {
  home=$1 folder=$2
  shift 2
  for name in "$@"; do
    places_of "$home" "$folder" "$name"
    echo "$name $places"
  done
}

exists() {
  [ -e "$1" ] || [ -L "$1" ]
}

# unexpected WHAT: nobody's work, for a person to decide.
unexpected() {
  echo "unexpected: $1" >&2
  exit 11
}

# exchange HOME TO LEAVING FROM COMING: renames the folders LEAVING (words) from HOME into TO, then COMING from FROM into HOME. Renames
# keep the inodes; a copy in the place of one is an error. One mv each way, as a node is a mix of old and new from the first rename
# to the last.
exchange() {
  # shellcheck disable=SC2086 # the names of EggRoll's folders, a word each
  inodes=$(inodes_in "$1" $3 && inodes_in "$4" $5)
  # shellcheck disable=SC2086
  [ -z "$3" ] || (cd "$1" && exec mv -t "$2" -- $3)
  # shellcheck disable=SC2086
  [ -z "$5" ] || (cd "$4" && exec mv -t "$1" -- $5)
  # shellcheck disable=SC2086
  if [ "$(inodes_in "$2" $3 && inodes_in "$1" $5)" != "$inodes" ]; then
    unexpected "folders were copied, not renamed"
  fi
}

inodes_in() {
  [ $# -gt 1 ] || return 0
  cd "$1"
  shift
  stat -c '%n %i' -- "$@"
}

# give_up HOME TOKEN HALF EXIT_CODE: half a file is worth nothing, and on a full disk its room is needed for the run's
# record. Only while the lock is ours: it may be another run's by now.
give_up() {
  fence "$1" "$2"
  rm -rf "$3"
  exit "$4"
}

# half_staged HOME TOKEN STAGED EXIT_CODE SAID: the next try goes on from half a staged tree, unless the room that it takes is needed.
half_staged() {
  echo "$5" >&2
  case $5 in *'No space left'* | *'uota exceeded'*) give_up "$1" "$2" "$3" "$4" ;; esac
  exit "$4"
}
