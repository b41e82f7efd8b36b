# Names of what the demo starts. Sourced by demo.sh and demo-down.sh after lib.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # root is lib.sh's

project=eggroll-upgrade-demo
# Inside the checkout, as some Docker engines on laptops see no other folders of the machine.
work=$root/.cache/demo

container() { printf '%s-%s-1' "$project" "$1"; }

compose() { docker compose --project-name "$project" --file "$root/compose.test.yml" "$@"; }

remove_demo() {
  local jobs
  jobs=$(docker ps --all --quiet --filter "label=$project")
  # shellcheck disable=SC2086 # ids
  [ -z "$jobs" ] || docker rm --force $jobs
  compose down --volumes --remove-orphans --timeout 2
  rm -rf "$work"
}
