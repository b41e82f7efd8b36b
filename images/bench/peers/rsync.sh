#!/bin/bash
# rsync.sh PACKAGE HOSTS: rsync over ssh, eight nodes at a time.
set -eu
# shellcheck source=images/bench/peers/common.sh
. "$(dirname "$0")/common.sh"

xargs -a "$hosts" -P 8 -I HOST rsync -a --delete --exclude-from="$here/site-files" \
  "$package/bin" "$package/conf" "$package/deploy" "$package/lib" "$package/python" "HOST:$EGGROLL_HOME/"
