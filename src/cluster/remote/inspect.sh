# shellcheck shell=sh
# inspect.sh HOME LIMIT_BYTES [-] FOLDER…: with `-`, whether the folders can be renamed is not tried.
# Facts about a node and its EGGROLL_HOME, one `key value` line each; changes nothing but a probe folder that it removes, and those
# that were left by an inspection that was killed. The time of the folder around it is put back.
main() {
  home=$1
  limit=$2
  shift 2
  proof=yes
  if [ "${1:-}" = - ]; then proof=no && shift; fi
  user=$(id -un)
  fact user "$user"
  for tool in bash tar gzip find xargs sha256sum stat sync timeout ps; do
    command -v "$tool" >/dev/null 2>&1 || fact missing-tool "$tool"
  done
  if [ ! -d "$home" ]; then
    fact home missing
    return 0
  fi
  fact home present
  # Two names of one machine lead to the same folder of the same running system.
  read -r boot </proc/sys/kernel/random/boot_id
  fact identity "$boot $(stat -L -c '%d %i' "$home")"
  # Block size, blocks, free blocks, inodes, free inodes; unlike the columns of df, they hold no names.
  fact room "$(stat -f -c '%S %b %a %c %d' "$home")"
  for folder in "$@"; do
    kind_of "$home/$folder"
    fact folder "$folder $kind"
  done
  content init-py "$home/python/eggroll/__init__.py" "$limit"
  kind_of "$home/conf/eggroll.properties"
  fact properties-kind "$kind"
  content properties "$home/conf/eggroll.properties" "$limit"
  for jar in "$home"/lib/*.jar; do
    [ ! -e "$jar" ] || fact jar "${jar##*/}"
  done
  remove_old_probes "$home"
  [ "$proof" = no ] || rename_proof "$@"
  for place in "$home/$work" "$home/$work/runs" "$home/$work/locks"; do
    work_problem "$place" || return 0
  done
  for folder in "$home/$work"/runs/*; do
    run_facts "$folder"
  done
  remove_old_probes "$home/$work"
  for left in "$home/$work"/service.out "$home/$work"/.hashes.partial "$home/$work"/runs/*/dropped "$home/$work"/runs/*/stream "$home/$work"/runs/*/.*.partial "$home/$work"/runs/*/database/.*.partial "$home/$work"/runs/*/database/*/.*.partial; do
    [ ! -e "$left" ] || fact litter "$left"
  done
}

# work_problem PLACE: our own places are real folders of this user, or missing; whatever else stands there is not ours to work in.
work_problem() {
  kind_of "$1"
  if [ "$kind" = missing ]; then return 0; fi
  if [ "$kind" != directory ]; then
    fact work-problem "$1 is not a folder but a $kind"
    return 1
  fi
  if ! [ -O "$1" ]; then
    fact work-problem "$1 belongs to user $(stat -c %U "$1"), and not to $user"
    return 1
  fi
  # A whole file system that takes no changes shows elsewhere.
  if [ -w "$home" ] && ! { [ -r "$1" ] && [ -w "$1" ] && [ -x "$1" ]; }; then
    fact work-problem "$1 cannot be read and written by $user"
    return 1
  fi
}

# run_facts FOLDER: what a run has left at the top of its folder. The record may be damaged to any text.
run_facts() {
  name=${1##*/}
  case $name in *[!A-Za-z0-9._-]*) name=$(printf '%s' "$name" | tr -c 'A-Za-z0-9._-' '?') ;; esac
  kind_of "$1"
  # A note that a person left there is in nobody's way.
  [ "$kind" != missing ] && [ "$kind" != file ] || return 0
  fact entry "$name . $kind"
  [ "$kind" = directory ] || return 0
  for entry in record.json staged backup replaced database old-tree.json old-tree.accepted; do
    kind_of "$1/$entry"
    [ "$kind" = missing ] || fact entry "$name $entry $kind"
  done
  if is_full "$1/backup"; then fact entry "$name backup/ full"; fi
  kind_of "$1/record.json"
  [ "$kind" != file ] || content "record $name" "$1/record.json" 1048576
}

is_full() {
  for inside in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -e "$inside" ] || [ -L "$inside" ]; then return 0; fi
  done
  return 1
}

# content KEY FILE LIMIT_BYTES: the first bytes of a file in base64, as it may hold anything; nothing when there is none.
content() {
  [ -f "$2" ] || return 0
  printf '%s ' "$1"
  head -c "$3" "$2" | base64 -w 0
  echo
}

fact() {
  printf '%s %s\n' "$1" "$2"
}

# kind_of PATH: gives `kind`.
kind_of() {
  if [ -L "$1" ]; then
    kind=symlink
  elif [ -d "$1" ]; then
    kind=directory
  elif [ -f "$1" ]; then
    kind='file'
  elif [ -e "$1" ]; then
    kind=other
  else
    kind=missing
  fi
}

# Would a rename into our own folder be a true one? Tried on a target that is not empty: the kernel refuses it at the very last
# check (`not empty`), and at an earlier one when the folder cannot be renamed at all (overlayfs, a mount point, another file
# system, no permission). `mv` copies nothing then either, as it would have to remove that target first.
rename_proof() {
  if [ ! -w "$home" ]; then
    # The kernel says why: no permission, or a file system that is read-only.
    fact rename "$home is not writable for $user: $(touch -a "$home/.eggroll-upgrade-probe.none" 2>&1)"
    return 0
  fi
  around=$home
  [ ! -d "$home/$work" ] || around=$home/$work
  modified=$(stat -c %y "$around")
  identify $$
  probe=$around/.eggroll-upgrade-probe.${identity%.*}
  names=
  for name in "$@"; do
    kind_of "$home/$name"
    [ "$kind" != directory ] || names="$names $name"
  done
  # Also when nobody listens any more.
  trap 'end_probe' EXIT
  trap 'exit 1' HUP PIPE TERM
  set -- "$probe"
  for name in $names; do set -- "$@" "$probe/$name/occupied"; done
  if ! answer=$(mkdir -p "$@" 2>&1); then
    fact rename "cannot make a folder in $around: $answer"
    return 0
  fi
  set --
  for name in $names; do set -- "$@" "$home/$name"; done
  [ $# -gt 0 ] || return 0
  inodes=$(stat -c '%n %i' "$@")
  answer=$(mv -t "$probe" -- "$@" 2>&1) || true
  while read -r line; do
    name=${line#*\'"$home"/}
    case $line in
      # Between file systems mv tries to remove the target before it copies, and says `not empty` too.
      *inter-device*) ;;
      '' | *'not empty'* | *'File exists'*) continue ;;
    esac
    fact rename "${name%%\'*}: $line"
  done <<END
$answer
END
  left=$(stat -c '%n %i' "$@" 2>&1) || true
  [ "$left" = "$inodes" ] || fact rename "inodes of folders changed: $(echo "$left" | tr '\n' ' ')"
}

# What only looks leaves nothing behind, not even the time at which a folder was changed.
end_probe() {
  remove_probe "$probe"
  touch -m -d "$modified" "$around" 2>/dev/null || true
}

# A probe folder carries the process that made it in its name: pid and start time.
remove_old_probes() {
  for old in "$1"/.eggroll-upgrade-probe.*.*; do
    maker=${old#"$1"/.eggroll-upgrade-probe.}
    identify "${maker%%.*}"
    [ ! -d "$old" ] || [ "${identity%.*}" = "$maker" ] || remove_probe "$old"
  done
}

# Folders only, and only empty ones: whatever a probe should hold against all expectation stays.
remove_probe() {
  rmdir "$1"/*/occupied "$1"/* "$1" 2>/dev/null || true
}

main "$@"
