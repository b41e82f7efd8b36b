#!/usr/bin/env bash
# Builds the job's image with what only a checkout knows: version, revision, date, source. Its list of parts is put out as a file.
# Usage: job-image.sh TAG [PLATFORMS]
# Without PLATFORMS, for the engine's own architecture, on the local bases. With them (linux/amd64,linux/arm64), as one archive.
# IMAGE_SOURCE and IMAGE_DOCUMENTATION: addresses for the labels; the source is that of git's remote `origin` otherwise.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

tag=$1
platforms=${2:-}
out="$root/.cache/image"
version=$(sed -n 's/^ *"version": "\(.*\)",*$/\1/p' "$root/package.json" | head -n 1)
name="$out/eggroll-upgrade-$version"
mkdir -p "$out"
cd "$root"

arguments=()
label() { [ -z "$2" ] || arguments+=(--label "org.opencontainers.image.$1=$2"); }

# A remote that is an address others can follow, without the name and password that it may hold.
remote() {
  git remote get-url origin 2>/dev/null | sed -n 's#^\(https\{0,1\}://\)\([^/@]*@\)\{0,1\}\(.*\)$#\1\3#p' | sed 's/\.git$//'
}

describe() {
  local revision seconds=${SOURCE_DATE_EPOCH:-} source=${IMAGE_SOURCE:-}
  revision=$(git describe --always --dirty --abbrev=40 --exclude '*' 2>/dev/null || true)
  [ -n "$seconds" ] || seconds=$(git log -1 --format=%ct 2>/dev/null || true)
  [ -n "$source" ] || source=$(remote || true)
  label version "$version"
  label revision "$revision"
  label source "$source"
  label documentation "${IMAGE_DOCUMENTATION:-$source}"
  [ -n "$seconds" ] || return 0
  label created "$(iso_date "$seconds")"
  arguments+=(--build-arg "SOURCE_DATE_EPOCH=$seconds")
}

# GNU's date, or that of BSD and macOS.
iso_date() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%SZ 2>/dev/null || date -u -r "$1" +%Y-%m-%dT%H:%M:%SZ; }

# The list of parts lies in the image; it is taken out without running anything, as the image may be one of another architecture.
put_out_parts() {
  local container
  container=$(docker create "$tag")
  docker cp "$container:/app/sbom.cdx.json" - | tar -xO >"$name.cdx.json"
  docker rm "$container" >/dev/null
  say "what it is made of: ${name#"$root"/}.cdx.json"
}

build_here() {
  bash scripts/build-image.sh "$tag" . "${arguments[@]}"
  put_out_parts
}

# A folder for each platform, but none when there is one platform only.
name_parts() {
  local file platform
  for file in "$out"/parts/*/sbom.cdx.json "$out"/parts/sbom.cdx.json; do
    [ -f "$file" ] || continue
    platform=$(basename "$(dirname "$file")" | tr _ -)
    [ "$platform" != parts ] || platform=${platforms//\//-}
    mv "$file" "$name-$platform.cdx.json"
  done
}

build_for() {
  local own
  own=$(docker version --format '{{.Server.Os}}/{{.Server.Arch}}')
  if [ "$platforms" = "$own" ]; then
    build_here
    docker save --output "$name-${own//\//-}.tar" "$tag"
    say "the image as a file: ${name#"$root"/}-${own//\//-}.tar"
    return
  fi
  bash scripts/check-builder.sh "$platforms"
  rm -rf "$out/parts"
  say "building for $platforms"
  BUILDX=1 quietly "$out/build.log" bash scripts/docker-build.sh "${arguments[@]}" --platform "$platforms" \
    --tag "$tag" --output "type=oci,dest=$name.oci.tar" .
  BUILDX=1 quietly "$out/build.log" bash scripts/docker-build.sh "${arguments[@]}" --platform "$platforms" \
    --target sbom-file --output "type=local,dest=$out/parts" .
  name_parts
  rm -r "$out/parts"
  say "the image as a file: ${name#"$root"/}.oci.tar; what it is made of: a file for each platform beside it"
}

describe
if [ -z "$platforms" ]; then build_here; else build_for; fi
