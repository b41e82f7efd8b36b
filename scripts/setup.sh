#!/usr/bin/env bash
# Makes a machine ready for `make demo` and, with the word `tests`, for `make test`: a Docker engine that answers, docker compose, the
# npm packages, what the tests call.
# Installs only what is missing and says what. Never touches an engine that runs, nor the machine's own apt sources.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

logs="$root/.cache/setup"
engine_log=/var/log/dockerd.log
plugins=/usr/libexec/docker/cli-plugins
mkdir -p "$logs"

engine_answers() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }
is_debian() { [ -r /etc/os-release ] && grep -q '^ID=debian$' /etc/os-release; }

check_node() {
  command -v npm >/dev/null || die 'Node.js 20 or newer and npm are needed; install them first'
  local major
  major=$(node --print 'process.versions.node.split(".")[0]')
  [ "$major" -ge 20 ] || die "Node.js 20 or newer is needed; this machine has $(node --version)"
}

# The tests make certificates with it.
provide_openssl() {
  command -v openssl >/dev/null && return
  is_debian || die 'openssl is needed for the tests; install it first'
  say 'installing openssl (Debian package)'
  quietly "$logs/openssl.log" apt_install openssl
}

# The tests look at reports with it. CHROMIUM may name another one.
provide_chromium() {
  [ -z "${CHROMIUM:-}" ] || return 0
  local name
  for name in chromium chromium-browser google-chrome; do
    ! command -v "$name" >/dev/null || return 0
  done
  is_debian || die 'Chromium is needed for the tests; install it first, or name its program in CHROMIUM'
  say 'installing chromium (Debian package)'
  quietly "$logs/chromium.log" apt_install chromium
}

# The tests sign packages with it; a demo does not.
provide_minisign() {
  command -v minisign >/dev/null && return
  is_debian || die 'minisign is needed for the tests; install it first'
  say 'installing minisign (Debian package)'
  quietly "$logs/minisign.log" apt_install minisign
}

install_engine() {
  is_debian ||
    die 'no Docker engine answers. Start Docker (or Docker Desktop) and run this again; it is installed by itself on Debian only'
  say 'installing the Docker engine (Debian packages docker.io and iptables)'
  quietly "$logs/docker.log" apt_install docker.io iptables
}

# A machine that was switched off, or a process tree that was killed, leaves number files that may now name somebody else.
remove_stale_pid_files() {
  local program file
  for program in docker docker/containerd/containerd; do
    file=/var/run/$program.pid
    [ -f "$file" ] || continue
    case $(cat "/proc/$(cat "$file")/comm" 2>/dev/null) in
      dockerd | containerd) ;;
      *) as_root rm -f "$file" ;;
    esac
  done
}

# With systemd the engine is a service; without it (a container, a small virtual machine) it runs in the background.
start_engine() {
  engine_answers && return
  command -v dockerd >/dev/null || install_engine
  engine_answers && return
  if [ -d /run/systemd/system ]; then
    say 'starting the Docker service'
    as_root systemctl start docker
  else
    say "starting dockerd in the background (its log: $engine_log)"
    remove_stale_pid_files
    as_root sh -c "cd / && setsid nohup dockerd >'$engine_log' 2>&1 </dev/null &"
  fi
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    engine_answers && return
    sleep 0.2
  done
  [ ! -s "$engine_log" ] || tail -n 10 "$engine_log" >&2
  [ "$(id -u)" = 0 ] || say 'if the engine runs, this user may lack the right to use it (group docker)'
  die 'the Docker engine does not answer after a minute'
}

# unstable_apt FOLDER COMMAND...: apt-get on Debian unstable with all of its state in a folder of our own.
# Unstable's lists carry an end date that a mirror may have passed; their signature is checked all the same.
unstable_apt() {
  local folder=$1 mirror
  shift
  mirror=$(debian_mirror Debian)
  [ -n "$mirror" ] || die 'apt on this machine knows no Debian archive; install docker compose by hand'
  mkdir -p "$folder/lists/partial" "$folder/archives/partial" "$folder/empty"
  printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s sid main\n' "$mirror" >"$folder/sources.list"
  : >"$folder/status"
  apt-get -o Dir::State="$folder" -o Dir::State::status="$folder/status" -o Dir::Cache="$folder" \
    -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts="$folder/empty" \
    -o Dir::Etc::preferencesparts="$folder/empty" -o APT::Sandbox::User=root -o Acquire::Languages=none \
    -o Acquire::Check-Valid-Until=false "$@"
}

unpack_plugins() {
  local folder package
  folder=$(mktemp -d)
  unstable_apt "$folder" update
  (cd "$folder" && unstable_apt "$folder" download "$@")
  for package in "$folder"/*.deb; do dpkg -x "$package" "$folder/tree"; done
  as_root mkdir -p "$plugins"
  as_root cp "$folder/tree$plugins"/* "$plugins/"
  rm -rf "$folder"
}

install_plugins() {
  local missing=()
  docker compose version >/dev/null 2>&1 || missing+=(docker-compose)
  docker buildx version >/dev/null 2>&1 || missing+=(docker-buildx)
  [ ${#missing[@]} -gt 0 ] || return 0
  is_debian || {
    [ "${missing[0]}" = docker-compose ] || return 0
    die 'docker compose is missing; install the compose plugin of your Docker'
  }
  say "installing ${missing[*]} (Debian unstable, unpacked into $plugins)"
  quietly "$logs/plugins.log" unpack_plugins "${missing[@]}"
  docker compose version >/dev/null || die 'docker compose does not work after its installation'
}

install_packages() {
  local installed="$root/node_modules/.package-lock.json"
  [ ! -f "$installed" ] || [ "$root/package-lock.json" -nt "$installed" ] || return 0
  say 'installing the npm packages (npm ci)'
  (cd "$root" && quietly "$logs/npm.log" npm ci)
}

check_node
provide_openssl
[ "${1:-}" != tests ] || { provide_minisign; provide_chromium; }
start_engine
install_plugins
install_packages
say "ready: Docker engine $(docker version --format '{{.Server.Version}}'), compose $(docker compose version --short), Node.js $("$root/node_modules/.bin/node" --version)"
