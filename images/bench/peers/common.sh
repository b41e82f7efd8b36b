# What the peers' scripts share. Sourced by them with their arguments PACKAGE HOSTS; HOSTS is a file with a name per line.
# shellcheck shell=bash
package=$1
hosts=$2
here=$(dirname "${BASH_SOURCE[0]}")
export package hosts here

# ssh takes only a key that nobody else can read.
install -D -m 0600 /secrets/ssh/id /run/bench/id

# The package without what a site keeps as it is (site-files).
packed() {
  tar -C "$package" -c --owner=app --group=apps --exclude=conf/eggroll.properties --exclude=conf/route_table.json \
    bin conf deploy lib python
}
export -f packed
