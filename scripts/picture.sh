#!/usr/bin/env bash
# Records a real upgrade of a simulated cluster in tmux, and draws its screen while files are sent: docs/pictures/terminal.svg.
# Needs tmux, and the images (make image node-image). Usage: scripts/picture.sh [FILE]
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/demo/cluster.sh
. "$root/scripts/demo/cluster.sh"

export JOB_IMAGE=${JOB_IMAGE:-eggroll-upgrade:local}
export NODE_IMAGE_TAG=${NODE_IMAGE_TAG:-eggroll-upgrade-node:local}
# Enough for the sending to last until there is a rate to show.
export LIB_MEGABYTES=${LIB_MEGABYTES:-600}
project=eggroll-upgrade-picture
work=$root/.cache/picture
file=${1:-$root/docs/pictures/terminal.svg}
columns=100
rows=24

command -v tmux >/dev/null || die 'tmux is needed'
remove_all() {
  terminal kill-server 2>/dev/null || true
  quietly "$root/.cache/picture-down.log" remove_demo
}
terminal() { tmux -L "$project" "$@"; }
trap remove_all EXIT

remove_all
make_cluster
make_docker_run --rm -t
terminal -f /dev/null new-session -d -x "$columns" -y "$rows" "$(printf '%q ' "${docker_run[@]}" upgrade); sleep 600"

# The picture is the one in the middle of those that have a time left.
frames=()
end=$((SECONDS + 900))
while [ "$SECONDS" -lt "$end" ]; do
  now=$(terminal capture-pane -e -p)
  if grep -q ' left' <<<"$now"; then frames+=("$now"); fi
  if grep -q 'exit code' <<<"$now"; then break; fi
  sleep 0.2
done
grep -q 'upgrade: succeeded' <<<"$now" || die "the upgrade did not succeed:
$now"
[ ${#frames[@]} -gt 0 ] || die 'nothing was seen being sent; set LIB_MEGABYTES to more'
mkdir -p "$(dirname "$file")"
"$root/node_modules/.bin/node" "$root/scripts/terminal-svg.ts" "$columns" <<<"${frames[${#frames[@]} / 2]}" >"$file"
say "wrote $file"
