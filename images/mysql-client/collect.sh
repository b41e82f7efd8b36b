#!/bin/sh
# Collects MySQL's client programs with every library they load into /opt/mysql, so that they run on any other base image.
set -eu
target=/opt/mysql
mkdir -p "$target/bin" "$target/lib/plugin"
for program in mysql mysqldump; do
  cp "$(command -v "$program")" "$target/lib/$program"
  cp /tmp/client.sh "$target/bin/$program"
  chmod 755 "$target/bin/$program"
done
# Servers up to 8.0 may have accounts whose password check is a plugin in newer clients.
for plugin in /usr/lib/mysql/plugin/mysql_native_password.so /usr/lib64/mysql/plugin/mysql_native_password.so; do
  [ ! -f "$plugin" ] || cp "$plugin" "$target/lib/plugin/"
done
ldd "$target"/lib/mysql "$target"/lib/mysqldump | sed -n 's/.* => \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*ld-linux[^ ]*\).*/\1/p' |
  sort -u >/tmp/libraries
while read -r library; do cp -L "$library" "$target/lib/"; done </tmp/libraries
mv "$target"/lib/ld-linux* "$target/lib/loader"
"$target/bin/mysqldump" --version

# For the list of what the image is made of: the packages that these files come from, or else the programs by their own word.
# shellcheck disable=SC2046 # no file of a library has blanks in its name
sh /tmp/packages.sh "$(command -v mysql)" "$(command -v mysqldump)" $(cat /tmp/libraries) >/tmp/mysql.tsv
grep -q '	mysql' /tmp/mysql.tsv || "$target/bin/mysqldump" --version |
  sed -n 's/.*Ver \([0-9][0-9.]*\).*/generic\tmysql-client\t\1\t\t\t\t\t/p' >>/tmp/mysql.tsv
