#!/bin/bash
# snapshot-node.sh HOME: a line for everything in the home, comparable byte for byte: path, type, mode, owner; of all but folders also
# the time and the target of a link; of files also the hash.
# Left out: our own folder, logs, and the pid files that a service writes anew at every start. Times of folders change with them.
set -euo pipefail
cd "$1"

seen=('(' -path ./.eggroll-upgrade -o -path ./logs -o -path ./bin/pid -o -path ./bin/clustermanager -o -path ./bin/nodemanager
  -o -path ./bin/rollsite ')' -prune -o)
# One program reads all files: their lines and their hashes stand in the order in which `find` meets them, both times the same.
{
  find . "${seen[@]}" -type d -printf '%p %y %m %U:%G\0'
  find . "${seen[@]}" ! -type d ! -type f -printf '%p %y %m %U:%G %T@ %l\0'
  paste -z -d ' ' <(find . "${seen[@]}" -type f -printf '%p %y %m %U:%G %T@\0') \
    <(find . "${seen[@]}" -type f -print0 | xargs -0 -r sha256sum -z)
} | sort -z | sed -z 's:\n:\\n:g' | tr '\0' '\n'
