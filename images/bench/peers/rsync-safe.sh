#!/bin/bash
# rsync-safe.sh PACKAGE HOSTS: rsync over ssh, eight nodes at a time, with what an upgrade that can be taken back needs beside it: a copy
# of the old folders, files that are on the disk when it ends, and a look at the content of every one of them.
set -eu
# shellcheck source=images/bench/peers/common.sh
. "$(dirname "$0")/common.sh"

upgrade() {
  local folders=("$package/bin" "$package/conf" "$package/deploy" "$package/lib" "$package/python")
  local options=(-a --delete "--exclude-from=$here/site-files" "${folders[@]}" "$1:$EGGROLL_HOME/")
  # shellcheck disable=SC2016 # the node's own variable
  ssh "$1" 'cd "$EGGROLL_HOME" && rm -rf backup && mkdir backup && cp -a bin conf deploy lib python backup/'
  rsync --fsync "${options[@]}"
  local different
  different=$(rsync --checksum --dry-run --itemize-changes "${options[@]}")
  [ -z "$different" ] || { echo "$1: $different" >&2; return 1; }
}
export -f upgrade
# shellcheck disable=SC2016 # the inner shell's own parameter
xargs -a "$hosts" -P 8 -n 1 bash -euo pipefail -c 'upgrade "$1"' upgrade
