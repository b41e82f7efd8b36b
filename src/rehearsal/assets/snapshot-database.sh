#!/bin/bash
# snapshot-database.sh rows|digests: definitions and rows of every table but the server's own and our book-keeping, comparable byte for
# byte; or, for a database of any size, a line for each table with the digest of them. MYSQL_PWD is the password of root.
set -euo pipefail

client=$(command -v mariadb || command -v mysql)
dump=$(command -v mariadb-dump || command -v mysqldump)
options=(-uroot --skip-comments --skip-extended-insert --no-tablespaces)
case $client in
  */mysql) options+=(--set-gtid-purged=OFF) ;;
esac

dump_tables() { "$dump" "${options[@]}" "$@"; }

tables=$("$client" -uroot -N --default-character-set=utf8mb4 <<'SQL'
  SELECT CONCAT(TABLE_SCHEMA, ' ', TABLE_NAME) FROM information_schema.TABLES
  WHERE TABLE_SCHEMA NOT IN ('mysql', 'sys', 'information_schema', 'performance_schema') AND TABLE_NAME NOT LIKE 'eggroll\\_upgrade\\_%'
  ORDER BY 1
SQL
)
mapfile -t schemas < <(cut -d ' ' -f 1 <<<"$tables" | sort -u)
for schema in "${schemas[@]}"; do
  [ -n "$schema" ] || continue
  echo "database $schema"
  mapfile -t names < <(sed -n "s/^$schema //p" <<<"$tables")
  if [ "$1" = rows ]; then
    dump_tables "$schema" "${names[@]}"
  else
    for table in "${names[@]}"; do
      # By itself: in the words of another command its failure would count for nothing.
      digest=$(dump_tables "$schema" "$table" | sha256sum)
      printf 'table %s %s\n' "$table" "${digest%% *}"
    done
  fi
done
