#!/bin/sh
# What packages a system is made of, a line each: kind, name, version, architecture, source package, its version, distribution,
# licences (separated by `;`), with tabs between them.
# Usage: packages.sh                  all that are installed
#        packages.sh FILE...          those that own these files
#        packages.sh --deb FILE.deb   one that is not installed
set -eu

. /etc/os-release
distribution="$ID-${VERSION_ID:-${VERSION_CODENAME:-unknown}}"
# shellcheck disable=SC2016 # dpkg's own placeholders
debian_fields='deb\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n'
rpm_fields='rpm\t%{NAME}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t\t'"$distribution"'\t%{LICENSE}\n'

# Only of copyright files that programs can read.
licences() {
  file=/usr/share/doc/$1/copyright
  [ -f "$file" ] && head -n 5 "$file" | grep -qi '^Format:' || return 0
  sed -n 's/^License:[[:space:]]*\([^[:space:]].*\)$/\1/p' "$file" | sort -u | tr '\n' ';' | sed 's/;$//'
}

with_licences() {
  while IFS= read -r line; do
    name=$(printf '%s\n' "$line" | cut -f 2)
    printf '%s\t%s\t%s\n' "$line" "$distribution" "$(licences "$name")"
  done
}

# Where /lib is a link to /usr/lib, a library may be known under one of both names.
owner() {
  for name in "$1" "$(readlink -f "$1")" "/usr$1"; do
    dpkg-query --search "$name" 2>/dev/null | cut -d ' ' -f 1 | sed 's/:$//' | grep . && return
  done
  return 0
}

if [ "${1:-}" = --deb ]; then
  dpkg-deb --show --showformat="$debian_fields" "$2" | with_licences
elif command -v dpkg-query >/dev/null; then
  if [ $# = 0 ]; then
    dpkg-query --show --showformat="$debian_fields" | with_licences
  else
    for file in "$@"; do owner "$file"; done | sort -u | while read -r package; do
      dpkg-query --show --showformat="$debian_fields" "$package"
    done | with_licences
  fi
elif command -v rpm >/dev/null; then
  if [ $# = 0 ]; then set -- --all; else set -- --file "$@"; fi
  rpm --query --queryformat "$rpm_fields" "$@" | sort -u
fi
