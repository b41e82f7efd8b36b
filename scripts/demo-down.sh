#!/usr/bin/env bash
# Removes what `make demo` left: its containers, network, volumes and folder. Images stay, as `make clean` removes those.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/demo/cluster.sh
. "$root/scripts/demo/cluster.sh"

if [ -z "$(docker ps --all --quiet --filter "label=com.docker.compose.project=$project")" ] && [ ! -e "$work" ]; then
  say 'no demo is there'
  exit 0
fi
mkdir -p "$root/.cache"
quietly "$root/.cache/demo-down.log" remove_demo
say "removed the demo's containers, network, volumes and $work"
