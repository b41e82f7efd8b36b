# shellcheck shell=sh
# Comes before every script that runs on a node: strict mode, a plain locale, and the fence.
set -eu
LC_ALL=C
export LC_ALL
unset COLUMNS CDPATH
work=.eggroll-upgrade
# What a login shell prints by itself comes before this mark and is left out.
printf '\001begin\001\n'

# fence HOME TOKEN: ends a script whose run no longer holds the lock of this node.
fence() {
  newest=$(newest_token "$1")
  if [ "$newest" != "$2" ] || [ -e "$1/$work/locks/$2/released" ]; then
    echo "fenced: token $2, newest $newest" >&2
    exit 75
  fi
}

# newest_token HOME: the highest lock number that was ever given out; 0 when none was.
newest_token() {
  token=0
  for taken in "$1/$work/locks"/[0-9]*; do
    [ -d "$taken" ] || continue
    number=${taken##*/}
    [ "$number" -le "$token" ] || token=$number
  done
  echo "$token"
}

# The path of the run's own folder: run_folder HOME RUN.
run_folder() {
  echo "$1/$work/runs/$2"
}

# to_disk FOLDER: syncs the file system of a folder (all of them where sync is older than coreutils 8.24).
to_disk() {
  sync -f "$1" 2>/dev/null || sync
}

# true_rename FROM TO: a rename that keeps the inode; a copy in its place is an error.
true_rename() {
  inode=$(stat -c %i "$1")
  mv -T "$1" "$2"
  if [ "$(stat -c %i "$2")" != "$inode" ]; then
    echo "unexpected: $1 was copied, not renamed" >&2
    exit 11
  fi
}

# give_up HOME TOKEN STAGED EXIT_CODE: a half tree is worth nothing, and on a full disk its room is needed for the run's record.
# Only while the lock is ours: the tree may be another run's by now.
give_up() {
  fence "$1" "$2"
  rm -rf "$3"
  exit "$4"
}
