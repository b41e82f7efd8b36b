#!/bin/bash
# snapshot-node.sh HOME: a line for everything in the home, comparable byte for byte: path, type, mode, owner; of all but folders also
# the time and the target of a link; of files also the hash.
# Left out: our own folder, logs, and the pid files that a service writes anew at every start. Times of folders change with them.
set -euo pipefail
cd "$1"

find . -path ./.eggroll-upgrade -prune -o -path ./logs -prune -o \
  '(' -path ./bin/pid -o -path ./bin/clustermanager -o -path ./bin/nodemanager -o -path ./bin/rollsite ')' -prune -o \
  '(' -type d -printf '%p %y %m %U:%G\n' -o \
  -printf '%p %y %m %U:%G %T@ %l ' '(' -type f -exec sha256sum {} ';' -o -printf '\n' ')' ')' | sort
