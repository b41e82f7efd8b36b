#!/usr/bin/env bash
# Upgrades a simulated cluster from EggRoll 2.0.2 to 2.2.1 with the image, puts it back, and proves that it is what it was.
# Says what it does at every stage, and fails as soon as anything is not as promised.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=scripts/demo/cluster.sh
. "$root/scripts/demo/cluster.sh"
# shellcheck source=scripts/demo/tables.sh
. "$root/scripts/demo/tables.sh"

export JOB_IMAGE=${JOB_IMAGE:-eggroll-upgrade:local}
export NODE_IMAGE_TAG=${NODE_IMAGE_TAG:-eggroll-upgrade-node:local}
# Enough to see it being sent.
export LIB_MEGABYTES=${LIB_MEGABYTES:-30}
hosts='nm1 nm2 nm3 rs1'
stages=8

bold='' plain='' green=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then bold=$'\033[1m' plain=$'\033[0m' green=$'\033[32m'; fi

stage=0 title='' stage_start=0 timings=''

# stage TITLE: notes the time of the stage before and begins the next one.
stage() {
  end_stage
  stage=$((stage + 1)) title=$1 stage_start=$SECONDS
  printf '\n%s== %d/%d  %s%s\n\n' "$bold" "$stage" "$stages" "$title" "$plain"
}

end_stage() {
  [ "$stage" = 0 ] || timings+=$(printf '  %-52s %4d s' "$title" "$((SECONDS - stage_start))")$'\n'
}

on_exit() {
  local status=$?
  [ "$status" = 0 ] && return
  printf '\n'
  say "FAILED (exit code $status) in stage $stage: $title"
  say 'what was started is still there to be looked at; make demo-down removes it'
}
trap on_exit EXIT

# in_container HOST USER SCRIPT: runs one of the demo's scripts inside a container.
in_container() { docker exec -i --user "$2" "$(container "$1")" bash -s <"$root/scripts/demo/$3"; }

make_ready() {
  bash "$root/scripts/setup.sh"
  bash "$root/images/bases/bases.sh" >/dev/null
  (cd "$root" && bash scripts/job-image.sh "$JOB_IMAGE" && bash scripts/build-image.sh "$NODE_IMAGE_TAG" images/node)
}

start_cluster() {
  quietly "$root/.cache/demo-down.log" remove_demo
  cat <<END
  nm1        ClusterManager, NodeManager
  nm2, nm3   NodeManager
  rs1        RollSite
  mysql      database server with eggroll_meta

  Each node is an SSH server with EggRoll 2.0.2 in
  $home. Starting them takes a moment.
END
  make_cluster
  printf '  All services are up. Lists, SQL, package and SSH keys for the job are in\n  %s.\n' "$work"
}

write_command() {
  local options=(--rm)
  if [ -t 1 ]; then options+=(-t); fi
  if [ -t 0 ] && [ -t 1 ]; then options+=(-i); fi
  make_docker_run "${options[@]}"
  # For whoever wants to go on by hand.
  printf '%s "$@"\n' "$(command_text)" >"$work/job.sh"
  printf "docker exec -it %s bash -c '. /cluster/mysql.env; MYSQL_PWD=\$MYSQL_ROOT_PASSWORD mysql eggroll_meta'\n" \
    "$(container mysql)" >"$work/mysql.sh"
}

# The command as one would type it, with line breaks before what is mounted and set.
command_text() {
  local word
  printf '%s' "${docker_run[0]}"
  for word in "${docker_run[@]:1}"; do
    case $word in
      --network | -v | -e | "$JOB_IMAGE") printf ' \\\n     ' ;;
    esac
    printf ' %q' "$word"
  done
}

# job COMMAND TEXT: shows the text as what is typed, and runs the image before the eyes of whoever watches.
job() {
  local status=0
  printf '  $ %s\n\n' "$2"
  "${docker_run[@]}" "$1" || status=$?
  [ "$status" = 0 ] || die "\`$1\` should have ended with exit code 0 and ended with $status"
}

# snapshot NAME: keeps all that is compared, under a name.
snapshot() {
  local host
  mkdir -p "$work/snapshots/$1"
  for host in $hosts; do
    in_container "$host" root snapshot-node.sh >"$work/snapshots/$1/$host"
    [ "$(count_files "$work/snapshots/$1/$host")" -gt 30 ] || die "the snapshot of $host is too small to be true"
  done
  in_container mysql root snapshot-database.sh >"$work/snapshots/$1/database"
  grep -q '^INSERT INTO .session_main' "$work/snapshots/$1/database" || die 'the dump of the database has no sessions in it'
}

count_files() { grep -c '^[fl] ' "$1" || true; }

# A comparison that finds nothing proves nothing, unless it finds something when there is something.
show_changes() {
  local name changed
  for name in $hosts database; do
    changed=$(diff "$work/snapshots/before/$name" "$work/snapshots/upgraded/$name" | grep -c '^[<>]' || true)
    [ "$changed" -gt 0 ] || die "$name was upgraded, and its snapshot is the same as before"
    printf '  %-10s %4d lines of the snapshot changed\n' "$name" "$changed"
  done
}

compare() {
  local name different=''
  for name in $hosts database; do
    if cmp -s "$work/snapshots/before/$name" "$work/snapshots/recovered/$name"; then
      printf '  %-10s %sidentical%s (%s)\n' "$name" "$green" "$plain" "$(size_of "$name")"
    else
      different+=" $name"
      printf '  %-10s DIFFERENT (< before, > now):\n' "$name"
      diff "$work/snapshots/before/$name" "$work/snapshots/recovered/$name" | grep '^[<>]' | head -n 20 || true
    fi
  done
  [ -z "$different" ] || die "not what it was:$different"
}

size_of() {
  if [ "$1" = database ]; then
    printf '%d rows' "$(grep -c '^INSERT INTO ' "$work/snapshots/before/database")"
  else
    printf '%d files' "$(count_files "$work/snapshots/before/$1")"
  fi
}

summary() {
  printf '\n%s== Done: upgraded, put back, and byte for byte what it was%s\n\n%s' "$bold" "$plain" "$timings"
  printf '  %-52s %4d s\n' total "$SECONDS"
  cat <<END

  The cluster still runs, on EggRoll 2.0.2 again. To look around:

    docker exec -it $(container nm1) bash -c 'cd \$EGGROLL_HOME; bash'
    bash .cache/demo/mysql.sh          the database, as root
    bash .cache/demo/job.sh upgrade    the command above; or recover, or --help

  What the job keeps (STATE_DIR): the result of the last run, and the reports
  of both, to be opened in a browser:

$(cd "$root" && find .cache/demo/state -name result.json -o -name '*.html' | sort | sed 's/^/    /')

  make demo-down removes all of it.
END
}

stage 'Make this machine ready: Docker, packages, images'
make_ready
stage 'Start a simulated cluster'
start_cluster
write_command
stage 'The cluster before'
look before
expect_cluster before empty 2.0.2 1
stage 'Remember every byte of it'
cat <<'END'
  EGGROLL_HOME of each node: content, mode, owner, links, times of files.
  The database: a dump of all that is in it.
  Left out: content of logs, pid files in bin, times of folders, and what the
  tool keeps for itself (folder .eggroll-upgrade, tables eggroll_upgrade_*).

END
snapshot before
for name in $hosts database; do printf '  %-10s %s\n' "$name" "$(size_of "$name")"; done
stage 'Upgrade to 2.2.1'
job upgrade "$(command_text) upgrade"
stage 'The cluster after'
look upgraded
expect_cluster upgraded 2.2.1 2.2.1 3
snapshot upgraded
printf '\n'
show_changes
stage 'Put it back'
job recover "docker run (all as above) $JOB_IMAGE recover"
stage 'Compare every byte'
look recovered >/dev/null
expect_cluster recovered empty 2.0.2 1
snapshot recovered
compare
end_stage
summary
