#!/usr/bin/env bash
# `docker build` plus what this machine needs to reach the outside: proxies, npm registry, certificates, network.
# Usage: docker-build.sh ARGUMENTS OF docker build...
# With BUILDX=1 by the builder that is chosen in buildx (BUILDX_BUILDER), on the bases that the environment names, if it names any.
set -euo pipefail

# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

settings="$root/.cache/build"
mkdir -p "$settings"

# Certificates and registry go to the build stage as files: no secret mounts in the old builder, and no trace in an image's history.
# Several builds may run at once: each file comes whole, by a rename.
setting() {
  local new
  new=$(mktemp "$root/.cache/$1.XXXXXX")
  cat >"$new"
  chmod 644 "$new"
  mv -f "$new" "$settings/$1"
}
npm_setting() { npm config get "$1" 2>/dev/null | grep -v -x -e null -e undefined || true; }
ca=$(npm_setting cafile)
ca=${ca:-${NODE_EXTRA_CA_CERTS:-/dev/null}}
setting ca.crt <"$ca"
printf 'registry=%s\n' "$(npm_setting registry)" | setting npmrc

arguments=()
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
  [ -z "${!name:-}" ] || arguments+=(--build-arg "$name")
done
[ -z "${BUILD_NETWORK:-}" ] || arguments+=(--network "$BUILD_NETWORK")
program=(docker build)
if [ -n "${BUILDX:-}" ]; then
  program=(docker buildx build)
  for name in NODE_IMAGE DEBIAN_IMAGE MYSQL_IMAGE; do
    [ -z "${!name:-}" ] || arguments+=(--build-arg "$name")
  done
fi
exec "${program[@]}" ${arguments[@]+"${arguments[@]}"} "$@"
