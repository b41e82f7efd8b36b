# What the project's scripts share. Sourced by bash scripts, never run by itself.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export root

# say TEXT...: a line about progress, under the name of the script that says it.
say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }

die() {
  say "$@"
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# quietly LOG COMMAND...: the command's noise goes to a log, of which the end is shown when the command fails.
# Call it plainly, never in a condition: bash would go on after a failure inside.
quietly() {
  local log=$1
  shift
  (
    # A function that fails inside ends while its output still goes to the log.
    exec 3>&2
    trap '[ $? = 0 ] || { tail -n 25 "$log" >&3; say "failed: $*; the whole log is $log" 2>&3; }' EXIT
    "$@" >"$log" 2>&1
  )
}

# debian_mirror LABEL: the address from which this machine's own apt takes that archive (label Debian or Debian-Security).
# Nothing is printed on a machine without apt, or whose apt knows no such archive. apt answers only when it has fetched its lists.
debian_mirror() {
  command -v apt-get >/dev/null || return 0
  [ -n "$(apt_archive Debian)" ] || as_root apt-get update >&2 || true
  apt_archive "$1"
}

apt_archive() {
  # shellcheck disable=SC2016 # apt's own placeholders
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' "Label: $1" 'Component: main' 2>/dev/null |
    head -n 1
}

# apt_install PACKAGE...: the list of packages is fetched first; a source that does not answer matters only if it is needed.
apt_install() {
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update || say 'apt-get update had trouble; going on with the lists there are'
  as_root apt-get install --yes --no-install-recommends "$@"
}
