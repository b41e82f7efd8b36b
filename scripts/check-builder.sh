#!/usr/bin/env bash
# Whether docker buildx can build the job's image for these platforms: if not, says everything that is missing and what to do, and fails.
# Usage: check-builder.sh linux/amd64,linux/arm64
# BUILDX_BUILDER names the builder; NODE_IMAGE, DEBIAN_IMAGE and MYSQL_IMAGE name other bases than the official ones.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

IFS=, read -r -a platforms <<<"$1"
problems=()
problem() { problems+=("$*"); }

finish() {
  [ ${#problems[@]} -gt 0 ] || exit 0
  say "the image cannot be built for $(IFS=' '; printf '%s' "${platforms[*]}") here:"
  local text
  for text in "${problems[@]}"; do say "- $text"; done
  die 'or build on a machine of each architecture: make image there, and put the two together in a registry (docker buildx imagetools create)'
}

docker buildx version >/dev/null 2>&1 || {
  problem 'docker buildx is missing; install the buildx plugin of your Docker (Debian: docker-buildx)'
  finish
}

answer=$(mktemp)
trap 'rm -f "$answer"' EXIT
if ! docker buildx inspect --bootstrap >"$answer" 2>&1; then
  problem "the builder does not start: $(tail -n 1 "$answer"). Its own image (moby/buildkit) comes from a registry; load it by hand where there is none"
  finish
fi

# value NAME: what the builder says under this name; of several nodes, all of it.
value() { sed -n "s/^ *$1: *//p" "$answer" | tr -d ' *' | tr '\n' ','; }

keeps_several() { docker info --format '{{.DriverStatus}}' 2>/dev/null | grep -q io.containerd.snapshotter; }
if [ "$(value Driver)" = docker, ] && ! keeps_several; then
  problem "the builder works in the Docker engine, whose store keeps no image of several platforms; make another one (docker buildx create --name several --driver docker-container, then BUILDX_BUILDER=several), or turn on the engine's containerd image store"
fi

for platform in "${platforms[@]}"; do
  case ",$(value Platforms)" in
    *,"$platform",*) ;;
    *) problem "nothing here runs programs of $platform; install QEMU for it (Debian: qemu-user-static and binfmt-support), or add a machine of that architecture (docker buildx create --append --platform $platform ssh://HOST)" ;;
  esac
done

# The bases are those that the Dockerfile names, or the environment: local ones are in the engine, where only its own builder finds them.
base_of() { local given=$1_IMAGE; printf '%s' "${!given:-$(sed -n "s/^ARG $1_IMAGE=//p" "$root/Dockerfile" | head -n 1)}"; }
for base in NODE DEBIAN MYSQL; do
  image=$(base_of "$base")
  if ! docker buildx imagetools inspect --raw "$image" >"$answer.base" 2>&1; then
    problem "the base $image cannot be asked for ($(tail -n 1 "$answer.base" | sed "s#^ERROR: ##" | cut -c 1-300)); name one in a registry that answers: ${base}_IMAGE=…"
  else
    for platform in "${platforms[@]}"; do
      grep -q "\"architecture\": *\"$(cut -d / -f 2 <<<"$platform")\"" "$answer.base" ||
        problem "the base $image is not there for $platform; name another one: ${base}_IMAGE=…"
    done
  fi
  rm -f "$answer.base"
done
finish
