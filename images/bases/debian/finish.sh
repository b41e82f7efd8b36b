#!/bin/sh
# Turns a fresh debootstrap tree into a small container base. Arguments: the tree, the address of the security archive or ''.
set -eu
tree=$1
security=$2

# The settings that this machine's apt needs to reach its archive hold for the container as well.
eval "$(apt-config shell valid Acquire::Check-Valid-Until date Acquire::Check-Date proxy Acquire::http::Proxy)"
{
  printf '%s\n' 'APT::Install-Recommends "false";' 'Acquire::Languages "none";' 'APT::Update::Post-Invoke { "rm -f /var/cache/apt/*.bin || true"; };'
  printf '%s\n' 'DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };'
  # shellcheck disable=SC2154 # set by the eval above
  [ -z "${valid:-}" ] || printf 'Acquire::Check-Valid-Until "%s";\n' "$valid"
  # shellcheck disable=SC2154
  [ -z "${date:-}" ] || printf 'Acquire::Check-Date "%s";\n' "$date"
  [ -z "${proxy:-}" ] || printf 'Acquire::http::Proxy "%s";\n' "$proxy"
} >"$tree/etc/apt/apt.conf.d/80container"

printf '%s\n' force-unsafe-io 'path-exclude=/usr/share/doc/*' 'path-include=/usr/share/doc/*/copyright' \
  'path-exclude=/usr/share/man/*' 'path-exclude=/usr/share/info/*' 'path-exclude=/usr/share/locale/*' \
  'path-exclude=/usr/share/lintian/*' >"$tree/etc/dpkg/dpkg.cfg.d/container"

printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
chmod 755 "$tree/usr/sbin/policy-rc.d"

[ -z "$security" ] || printf 'deb %s trixie-security main\n' "$security" >>"$tree/etc/apt/sources.list"

find "$tree/usr/share/doc" -type f ! -name copyright -delete
rm -rf "$tree"/usr/share/man/* "$tree"/usr/share/info/* "$tree"/usr/share/locale/* "$tree"/usr/share/lintian/* \
  "$tree"/var/lib/apt/lists/* "$tree"/var/cache/apt/* "$tree"/var/cache/debconf/*-old "$tree"/var/log/* "$tree"/tmp/* \
  "$tree/etc/resolv.conf" "$tree/etc/hostname" "$tree/etc/machine-id"
mkdir -p "$tree/var/cache/apt/archives/partial" "$tree/var/log/apt"
