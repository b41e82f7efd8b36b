#!/bin/bash
# Runs in the database server of the demo. Dumps every database but the server's own, comparable byte for byte.
# Left out: the tables in which this tool keeps its own books.
set -euo pipefail
# shellcheck source=/dev/null
. /cluster/mysql.env
export MYSQL_PWD=$MYSQL_ROOT_PASSWORD

query() { mysql --user=root --skip-column-names --execute "$1"; }
servers_own="'mysql', 'sys', 'information_schema', 'performance_schema'"
databases=$(query "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA WHERE SCHEMA_NAME NOT IN ($servers_own) ORDER BY 1")
own_books=$(query "SELECT CONCAT('--ignore-table=', TABLE_SCHEMA, '.', TABLE_NAME) FROM information_schema.TABLES
  WHERE TABLE_NAME LIKE 'eggroll\\_upgrade\\_%'")

# shellcheck disable=SC2086 # words on purpose
mysqldump --user=root --skip-comments --skip-extended-insert --order-by-primary --no-tablespaces --set-gtid-purged=OFF \
  --routines --events $own_books --databases $databases
