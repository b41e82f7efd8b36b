#!/bin/bash
# tar.sh PACKAGE HOSTS: the old files deleted, a tar unpacked over ssh in their place, eight nodes at a time.
set -eu
# shellcheck source=images/bench/peers/common.sh
. "$(dirname "$0")/common.sh"

send() {
  packed | ssh "$1" bench-unpack
}
export -f send
# shellcheck disable=SC2016 # the inner shell's own parameter
xargs -a "$hosts" -P 8 -n 1 bash -euo pipefail -c 'send "$1"' send
