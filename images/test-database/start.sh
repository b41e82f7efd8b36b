#!/bin/bash
# start.sh [PROGRAM AND OPTIONS]: puts the data folder in place, unless there is one, and starts the server.
set -euo pipefail

[ -d /var/lib/mysql/mysql ] || cp -a /usr/local/lib/test-database/data/. /var/lib/mysql/
if [ $# = 0 ]; then
  server=$(command -v mariadbd || command -v mysqld)
  set -- "${server##*/}"
fi
exec docker-entrypoint.sh "$@"
