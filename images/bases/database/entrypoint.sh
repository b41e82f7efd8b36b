#!/bin/bash
# Starts MySQL or MariaDB the way their official images do: the first start makes the data folder, accounts and database and
# runs /docker-entrypoint-initdb.d behind closed doors; TCP answers only when all of that is done.
# Variables (MARIADB_ in place of MYSQL_ is accepted, and each has a _FILE twin): MYSQL_ROOT_PASSWORD or
# MYSQL_ALLOW_EMPTY_PASSWORD, MYSQL_ROOT_HOST (%), MYSQL_DATABASE, MYSQL_USER, MYSQL_PASSWORD.
set -euo pipefail

data=/var/lib/mysql
socket=/run/mysqld/init.sock

say() { printf 'entrypoint: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# setting NAME: the value of MARIADB_NAME, MYSQL_NAME, or the content of the file that one of their _FILE twins names.
setting() {
  local prefix name file
  for prefix in MARIADB MYSQL; do
    name=${prefix}_$1
    file=${prefix}_$1_FILE
    [ -z "${!name:-}" ] || { printf '%s' "${!name}"; return; }
    [ -z "${!file:-}" ] || { cat "${!file}"; return; }
  done
}

quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/\\\\/\\\\\\\\/g; s/'/''/g")"; }

initialise() {
  if [ "$server" = mariadbd ]; then
    mariadb-install-db --user=mysql --datadir="$data" --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve >/dev/null
  else
    mysqld --initialize-insecure
  fi
}

# shellcheck disable=SC2016 # the backticks are SQL's
accounts() {
  local root_password=$1 host database user
  host=$(setting ROOT_HOST)
  database=$(setting DATABASE)
  user=$(setting USER)
  printf 'SET @@SESSION.SQL_LOG_BIN=0;\n'
  [ -z "$database" ] || printf 'CREATE DATABASE IF NOT EXISTS `%s`;\n' "$database"
  if [ -n "$user" ]; then
    printf 'CREATE USER %s@"%%" IDENTIFIED BY %s;\n' "$(quoted "$user")" "$(quoted "$(setting PASSWORD)")"
    [ -z "$database" ] || printf 'GRANT ALL ON `%s`.* TO %s@"%%";\n' "${database//_/\\_}" "$(quoted "$user")"
  fi
  if [ "${host:-%}" != localhost ]; then
    printf 'CREATE USER "root"@%s IDENTIFIED BY %s;\n' "$(quoted "${host:-%}")" "$(quoted "$root_password")"
    printf 'GRANT ALL ON *.* TO "root"@%s WITH GRANT OPTION;\n' "$(quoted "${host:-%}")"
  fi
  # mariadb-install-db leaves roots without a password for each name of this host.
  [ "$server" = mysqld ] || printf "DELETE FROM mysql.global_priv WHERE user = 'root' AND host NOT IN ('localhost', %s); FLUSH PRIVILEGES;\n" "$(quoted "${host:-%}")"
  printf 'ALTER USER "root"@"localhost" IDENTIFIED BY %s;\n' "$(quoted "$root_password")"
}

run_init_files() {
  local file database
  database=$(setting DATABASE)
  for file in /docker-entrypoint-initdb.d/*; do
    case $file in
      *.sh) say "running $file"; bash "$file" ;;
      *.sql) say "running $file"; "${client[@]}" ${database:+"$database"} <"$file" ;;
      *.sql.gz) say "running $file"; gunzip -c "$file" | "${client[@]}" ${database:+"$database"} ;;
    esac
  done
}

first_start() {
  local root_password pid
  root_password=$(setting ROOT_PASSWORD)
  [ -n "$root_password$(setting ALLOW_EMPTY_PASSWORD)" ] || die 'set MYSQL_ROOT_PASSWORD (or MYSQL_ALLOW_EMPTY_PASSWORD=yes)'
  say 'making the data folder'
  initialise
  "$server" --skip-networking --socket="$socket" &
  pid=$!
  client=("$shell" --no-defaults --user=root --socket="$socket" --default-character-set=utf8mb4)
  until "${client[@]}" -e 'SELECT 1' >/dev/null 2>&1; do
    kill -0 "$pid" 2>/dev/null || die 'the server did not start; its messages are above'
    sleep 0.1
  done
  accounts "$root_password" | "${client[@]}"
  export MYSQL_PWD=$root_password
  run_init_files
  unset MYSQL_PWD
  kill "$pid"
  wait "$pid"
  say 'the data folder is ready'
}

[ "${1:-}" != "${1#-}" ] && set -- "$(command -v mariadbd || command -v mysqld)" "$@"
server=$(basename "${1:-}")
case $server in
  mysqld) shell=mysql ;;
  mariadbd) shell=mariadb ;;
  *) exec "$@" ;;
esac
if [ "$(id -u)" = 0 ]; then
  chown -R mysql:mysql "$data" /run/mysqld
  exec setpriv --reuid=mysql --regid=mysql --init-groups -- "$0" "$@"
fi
[ -d "$data/mysql" ] || first_start
exec "$@"
