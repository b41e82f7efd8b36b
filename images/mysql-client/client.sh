#!/bin/sh
# Runs one of MySQL's client programs with the libraries it was built with, whatever this image has.
LIBMYSQL_PLUGIN_DIR=/opt/mysql/lib/plugin
export LIBMYSQL_PLUGIN_DIR
program=${0##*/}
exec /opt/mysql/lib/loader --library-path /opt/mysql/lib --argv0 "$program" "/opt/mysql/lib/$program" "$@"
