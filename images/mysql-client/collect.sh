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
  sort -u | while read -r library; do cp -L "$library" "$target/lib/"; done
mv "$target"/lib/ld-linux* "$target/lib/loader"
"$target/bin/mysqldump" --version
