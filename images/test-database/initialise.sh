#!/bin/bash
# initialise.sh PASSWORD: lets the entrypoint of the image make a data folder with this password of root, and keeps a copy of it.
# The folder itself is a volume, of which an image keeps nothing.
set -euo pipefail

folder=/usr/local/lib/test-database
server=$(command -v mariadbd || command -v mysqld)
client=$(command -v mariadb || command -v mysql)
export MYSQL_ROOT_PASSWORD=$1 MARIADB_ROOT_PASSWORD=$1

docker-entrypoint.sh "${server##*/}" &
pid=$!
until MYSQL_PWD=$1 "$client" -uroot -h127.0.0.1 -e 'SELECT 1' >/dev/null 2>&1; do
  kill -0 "$pid"
  sleep 0.2
done
MYSQL_PWD=$1 "$client" -uroot -h127.0.0.1 -e 'SHUTDOWN'
wait "$pid"
# A copy of it is another server.
rm -f /var/lib/mysql/auto.cnf
cp -a /var/lib/mysql "$folder/data"
