#!/usr/bin/env bash
# The tests of the chart in a real Kubernetes cluster. Usage: test-kubernetes.sh [further options of vitest]
#
# Which cluster: what KUBECONFIG names, when it is set; else one that is made for the tests by kind or k3d, when one of them is on the PATH;
# else one that the script KUBERNETES_UP makes (`start` prints a line with KUBECONFIG=<file>, `stop` ends it), by default the one for
# Debian that lies beside this repository, where there is one. With CHECK=1 it only tells whether a cluster can be had (exit code 0).
# Pods must reach the engine's containers: by the network POD_NETWORK (Docker's bridge by default).
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root"

up=${KUBERNETES_UP:-$root/../shared/tools/kubernetes/up.sh}
name=eggroll-upgrade-test

way=none
if [ -n "${KUBECONFIG:-}" ]; then
  way=given
elif command -v kind >/dev/null; then
  way=kind
elif command -v k3d >/dev/null; then
  way=k3d
elif [ -f "$up" ]; then
  way=script
fi
[ "$way" != none ] ||
  die 'no Kubernetes cluster: set KUBECONFIG, or install kind or k3d, or name a script that makes one in KUBERNETES_UP'
[ -z "${CHECK:-}" ] || exit 0

tools=$(bash scripts/kubernetes-tools.sh)
PATH=$PATH:$tools
config=$(mktemp)
logs="$root/.cache/kubernetes"
mkdir -p "$logs"

case $way in
  given) rm -f "$config" ;;
  kind)
    say 'making a cluster with kind'
    trap 'kind delete cluster --name $name; rm -f "$config"' EXIT
    quietly "$logs/up.log" kind create cluster --name $name --kubeconfig "$config" --wait 180s
    export KUBECONFIG=$config POD_NETWORK=kind LOAD_IMAGE="kind load docker-image --name $name"
    ;;
  k3d)
    say 'making a cluster with k3d'
    trap 'k3d cluster delete $name; rm -f "$config"' EXIT
    quietly "$logs/up.log" k3d cluster create $name --kubeconfig-update-default=false --wait
    k3d kubeconfig get $name >"$config"
    export KUBECONFIG=$config POD_NETWORK=k3d-$name LOAD_IMAGE="k3d image import --cluster $name"
    ;;
  script)
    rm -f "$config"
    say "making a cluster with ${up##*/}; when it has to build Kubernetes first, that takes about ten minutes"
    trap 'bash "$up" stop' EXIT
    quietly "$logs/build.log" bash "$up" build
    # How many volumes it makes: each claim of a test takes one, and none is used twice.
    export PVS=${PVS:-16}
    quietly "$logs/up.log" bash "$up" start
    KUBECONFIG=$(sed -n 's/.*KUBECONFIG=//p' "$logs/up.log" | tail -n 1)
    export KUBECONFIG
    ;;
esac
say "Kubernetes $(kubectl version 2>/dev/null | sed -n 's/^Server Version: //p')"
[ -z "${LOAD_IMAGE:-}" ] || quietly "$logs/load.log" sh -c "$LOAD_IMAGE ${JOB_IMAGE:-eggroll-upgrade:local}"
npm run --silent test:kubernetes -- "$@"
