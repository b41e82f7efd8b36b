#!/bin/bash
# Runs in the database server of the demo. Prints the columns that the migration changes or adds: table, name, type, key.
set -euo pipefail
# shellcheck source=/dev/null
. /cluster/mysql.env
export MYSQL_PWD=$MYSQL_ROOT_PASSWORD

mysql --user=root --skip-column-names <<'SQL'
SELECT TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IF(COLUMN_KEY = 'PRI', 'primary key', '-')
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA = 'eggroll_meta'
  AND TABLE_NAME IN ('store_option', 'session_main', 'session_option', 'session_processor')
  AND COLUMN_NAME IN ('store_locator_id', 'store_option_id', 'session_option_id', 'session_id')
ORDER BY TABLE_NAME, ORDINAL_POSITION
SQL
