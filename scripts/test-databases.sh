#!/usr/bin/env bash
# Builds the database servers of the tests, whose data folders are made already, on the local bases or on the servers that
# MYSQL_IMAGE and MARIADB_IMAGE name.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$root"

build() {
  bash scripts/build-image.sh "eggroll-upgrade-test-$1:local" images/test-database --build-arg "DATABASE_IMAGE=$2"
}

build mysql "${MYSQL_IMAGE:-eggroll-upgrade-base/mysql:local}" &
first=$!
build mariadb "${MARIADB_IMAGE:-eggroll-upgrade-base/mariadb:local}"
wait "$first"
