#!/usr/bin/env bash
# Runs ShellCheck over every shell file of the repository: *.sh, and files without an ending that start with a shell's name.
# Takes shellcheck from the PATH, or else an image of ours.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root"

shell_files() {
  local file
  git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [ -f "$file" ] || continue
    case ${file##*/} in
      *.sh | *.bash) printf '%s\0' "$file" ;;
      *.*) ;;
      *) head -n 1 "$file" | LC_ALL=C grep -a -q -E '^#!.*[/ ](ba|da|k)?sh( |$)' && printf '%s\0' "$file" ;;
    esac || true
  done
}

image=eggroll-upgrade-shellcheck:local
options=(--external-sources --source-path=SCRIPTDIR --source-path="$root")
if command -v shellcheck >/dev/null; then
  program=(shellcheck "${options[@]}")
else
  if ! docker image inspect "$image" >/dev/null 2>&1; then
    say "making $image, as there is no shellcheck on the PATH"
    mkdir -p .cache
    bash images/bases/bases.sh debian >/dev/null
    quietly .cache/shellcheck.log bash scripts/docker-build.sh --tag "$image" \
      --build-arg DEBIAN_IMAGE=eggroll-upgrade-base/debian:trixie images/shellcheck
  fi
  options=(--external-sources --source-path=SCRIPTDIR --source-path=/code)
  program=(docker run --rm --network none --volume "$root:/code:ro" "$image" "${options[@]}")
fi
shell_files | xargs -0 "${program[@]}"
