# What the demo starts. Sourced by demo.sh, demo-down.sh and picture.sh after lib.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # root is lib.sh's

project=eggroll-upgrade-demo
# Inside the checkout, as some Docker engines on laptops see no other folders of the machine.
work=$root/.cache/demo
home=/data/projects/fate/eggroll

container() { printf '%s-%s-1' "$project" "$1"; }

compose() { docker compose --project-name "$project" --file "$root/compose.test.yml" "$@"; }

# make_cluster: starts the nodes and the server, and puts what the job reads into $work.
# As root the job runs as the image's own user, who is then the owner of what it reads; else as whoever runs the demo.
make_cluster() {
  local name
  mkdir -p "$work/state"
  quietly "$work/compose.log" compose up --detach --wait mysql nm1 nm2 nm3 rs1
  for name in config package secrets; do quietly "$work/compose.log" compose cp "setup:/cluster/$name" "$work/"; done
  if [ "$(id -u)" = 0 ]; then chown -R 65532:65532 "$work/secrets" "$work/state"; fi
}

# make_docker_run OPTION...: sets docker_run to the command of the job, to which the tool's own command is added.
make_docker_run() {
  if [ "$(id -u)" != 0 ]; then set -- "$@" --user "$(id -u):$(id -g)"; fi
  # shellcheck disable=SC2034 # for whoever sources this
  docker_run=(docker run "$@" --read-only --tmpfs /tmp
    --network "${project}_default" --label "$project"
    -v "$work/config:/config:ro" -v "$work/package:/package:ro" -v "$work/secrets:/secrets:ro" -v "$work/state:/state"
    -e "EGGROLL_HOME=$home" -e MYSQL_HOST=mysql -e MYSQL_USER=fate -e MYSQL_PWD_FILE=/secrets/mysql
    "$JOB_IMAGE")
}

remove_demo() {
  local jobs
  jobs=$(docker ps --all --quiet --filter "label=$project")
  # shellcheck disable=SC2086 # ids
  [ -z "$jobs" ] || docker rm --force $jobs
  compose down --volumes --remove-orphans --timeout 2
  rm -rf "$work"
}
