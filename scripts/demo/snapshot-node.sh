#!/bin/bash
# Runs in a node of the demo. Prints all of EGGROLL_HOME, comparable byte for byte: type, mode, owner, path of everything,
# time of files and links, target of links, then the hash of every file.
# Left out: what is in logs, the numbers of running processes, this tool's own folder. The time of a folder is that of the
# last change among its names, the process numbers' too, and is left out with them.
set -euo pipefail
cd "$EGGROLL_HOME"

left_out=('(' -path './logs/*' -o -path ./.eggroll-upgrade -o -path './bin/pid/*'
  -o -path ./bin/clustermanager -o -path ./bin/nodemanager -o -path ./bin/rollsite ')' -prune -o)

find . "${left_out[@]}" '(' -type d -printf '%y %m %U:%G %p\n' -o -printf '%y %m %U:%G %p %T@ %l\n' ')' | LC_ALL=C sort
find . "${left_out[@]}" -type f -exec sha256sum {} + | LC_ALL=C sort -k 2
