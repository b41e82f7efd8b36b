#!/usr/bin/env bash
# Builds one of the project's images on top of the local bases. Usage: build-image.sh TAG FOLDER [ARGUMENT OF docker build]...
# The noise goes to .cache/build-logs, of which the end is shown when the build fails.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

tag=$1
folder=$2
shift 2
mkdir -p "$root/.cache/build-logs"
log="$root/.cache/build-logs/${tag%%:*}.log"

arguments=("$@")
while read -r base; do arguments+=(--build-arg "$base"); done < <(bash "$root/images/bases/bases.sh")
[ ${#arguments[@]} -gt $# ] || die 'there are no base images to build on'
say "building $tag"
started=$SECONDS
cd "$root"
quietly "$log" bash scripts/docker-build.sh "${arguments[@]}" --tag "$tag" "$folder"
say "$tag is ready ($((SECONDS - started)) s, $(($(docker image inspect --format '{{.Size}}' "$tag") / 1000000)) MB)"
