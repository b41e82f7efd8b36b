#!/bin/bash
# clush.sh PACKAGE HOSTS: one tar copied to all nodes by clush, then unpacked there in the place of the old files.
set -eu
# shellcheck source=images/bench/peers/common.sh
. "$(dirname "$0")/common.sh"

packed >/tmp/package.tar
run() { clush --quiet --hostfile="$hosts" --fanout=8 --maxrc "$@"; }
run --copy /tmp/package.tar --dest /data/projects/fate/
run 'bench-unpack </data/projects/fate/package.tar && rm /data/projects/fate/package.tar'
rm /tmp/package.tar
