#!/usr/bin/env bash
# Provides the base images under local names: pulled where a registry answers, made from Debian packages where none does.
# Usage: bases.sh [debian node mysql mariadb]   (all by default; BASES=pull or BASES=build settles the question beforehand)
# Progress goes to standard error; the names go to standard output as NAME=VALUE lines.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=scripts/lib.sh
. "$here/../../scripts/lib.sh"

cache="$root/.cache/bases"
label=eggroll-upgrade.base
mode=${BASES:-auto}
work=''

local_name() {
  case $1 in
    debian) echo eggroll-upgrade-base/debian:trixie ;;
    node) echo eggroll-upgrade-base/node:24 ;;
    mysql) echo eggroll-upgrade-base/mysql:local ;;
    mariadb) echo eggroll-upgrade-base/mariadb:local ;;
    *) die "there is no base called '$1'; choose from debian, node, mysql, mariadb" ;;
  esac
}

official_name() {
  case $1 in
    debian) echo debian:trixie-slim ;;
    node) echo node:24-trixie-slim ;;
    mysql) echo mysql:8.4 ;;
    mariadb) echo mariadb:11.8 ;;
  esac
}

# A checksum of what a base is made of; an image that carries it as a label is up to date. Node's base follows package.json.
recipe() {
  {
    declare -f build_debian "build_$1" build_database
    cat "$here/debian"/* "$here/$1"/*
    case $1 in
      node) grep '"node":' "$root/package.json" ;;
      mysql | mariadb) cat "$here/database"/* ;;
    esac
  } | cksum | tr ' ' '-'
}

is_current() {
  [ "$(docker image inspect --format "{{index .Config.Labels \"$label\"}}" "$(local_name "$1")" 2>/dev/null)" = "$(recipe "$1")" ]
}

# Runs a command for at most so many seconds (macOS has no timeout command).
bounded() {
  local seconds=$1 pid
  shift
  "$@" &
  pid=$!
  for ((i = 0; i < seconds * 5; i++)); do
    kill -0 "$pid" 2>/dev/null || { wait "$pid" && return 0 || return $?; }
    sleep 0.2
  done
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  return 124
}

pull() {
  local official
  official=$(official_name "$1")
  bounded "$2" docker pull --quiet "$official" >"$cache/$1.log" 2>&1 || return 1
  printf 'FROM %s\nLABEL %s=%s\n' "$official" "$label" "$(recipe "$1")" |
    docker build --quiet --tag "$(local_name "$1")" - >>"$cache/$1.log" 2>&1
}

# debian: debootstrap, without documentation and package lists, with the settings of apt that this machine has.
build_debian() {
  command -v debootstrap >/dev/null || command -v apt-get >/dev/null ||
    die 'no container registry answers, and this machine has neither debootstrap nor apt-get to make the bases without one'
  if ! command -v debootstrap >/dev/null; then
    say 'installing debootstrap (Debian package)'
    quietly "$cache/apt.log" apt_install debootstrap
  fi
  local tree="$work/debian" main security
  main=$(debian_mirror Debian)
  security=$(debian_mirror Debian-Security)
  as_root debootstrap --variant=minbase --merged-usr trixie "$tree" ${main:+"$main"}
  as_root sh -eu "$here/debian/finish.sh" "$tree" "$security"
  as_root tar -C "$tree" -c . | docker import --change 'CMD ["bash"]' --change "LABEL $label=$(recipe debian)" - "$(local_name debian)"
  as_root rm -rf "$tree"
}

# node: the program, its headers and npm out of the npm packages, laid out like the official image.
build_node() {
  local context="$work/node" version arch
  version=$(sed -n 's/^ *"node": "\([0-9.]*\)",*$/\1/p' "$root/package.json")
  case $(docker version --format '{{.Server.Arch}}') in amd64) arch=x64 ;; *) arch=arm64 ;; esac
  mkdir -p "$context"
  cp "$here/node/Dockerfile" "$context/"
  (cd "$context" && npm pack --silent "node-linux-$arch@$version" npm@11 >&2)
  mkdir "$context/node" "$context/npm"
  tar -xzf "$context"/node-linux-*.tgz -C "$context/node" --strip-components=1
  tar -xzf "$context"/npm-*.tgz -C "$context/npm" --strip-components=1
  rm "$context"/*.tgz
  build node "$context"
}

build_mysql() { build_database mysql; }
build_mariadb() { build_database mariadb; }

build_database() {
  mkdir -p "$work/$1"
  cp "$here/$1"/* "$here/database"/* "$work/$1/"
  build "$1" "$work/$1"
}

build() {
  bash "$root/scripts/docker-build.sh" --label "$label=$(recipe "$1")" \
    --build-arg "DEBIAN_IMAGE=$(local_name debian)" --tag "$(local_name "$1")" "$2"
}

# Makes one base from packages, its noise in a log that is shown when it fails.
make_base() {
  local started=$SECONDS
  say "making $(local_name "$1") from packages"
  quietly "$cache/$1.log" "build_$1"
  say "$(local_name "$1") is ready ($((SECONDS - started)) s)"
}

provide() {
  local base pid pids='' failed=0
  if [ "$mode" != build ]; then
    say "asking the container registry for $(official_name debian)"
    if pull debian 90; then
      mode=pull
    elif [ "$mode" = pull ]; then
      tail -n 2 "$cache/debian.log" >&2
      die 'the container registry does not answer'
    else
      say 'no registry answers; making the bases from Debian packages'
    fi
  fi
  if [ "$mode" = pull ]; then
    for base in "$@"; do
      [ "$base" = debian ] || { say "pulling $(official_name "$base")"; pull "$base" 600; } || make_base "$base"
    done
    return
  fi
  is_current debian || make_base debian
  for base in "$@"; do
    [ "$base" = debian ] || { make_base "$base" & pids="$pids $!"; }
  done
  for pid in $pids; do wait "$pid" || failed=1; done
  return "$failed"
}

[ $# -gt 0 ] || set -- debian node mysql mariadb
mkdir -p "$cache"
missing=()
for base in "$@"; do
  local_name "$base" >/dev/null
  is_current "$base" || missing+=("$base")
done
if [ ${#missing[@]} -gt 0 ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  provide "${missing[@]}"
fi
for base in "$@"; do
  printf '%s_IMAGE=%s\n' "$(printf '%s' "$base" | tr '[:lower:]' '[:upper:]')" "$(local_name "$base")"
done
