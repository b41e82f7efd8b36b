#!/bin/bash
# Runs in a node of the demo. Prints what there is, as lines `KIND<tab>VALUE...`: version, jar, service, site, settings.
set -euo pipefail
cd "$EGGROLL_HOME"

# 2.0.x says nothing about its version but in the names of its jars.
version=$(sed -n 's/^__version__ = "\(.*\)"/\1/p' python/eggroll/__init__.py)
printf 'version\t%s\n' "${version:-empty}"
for jar in lib/eggroll-core-*.jar; do printf 'jar\t%s\n' "${jar#lib/}"; done

# Lines of lsof: p for the process, n for the address it listens on.
lsof -nP -a -u app -iTCP -sTCP:LISTEN -Fn | while read -r line; do
  case $line in
    p*) pid=${line#p} ;;
    n*)
      case $(tr '\0' ' ' <"/proc/$pid/cmdline") in
        *ClusterManagerBootstrap*) name=clustermanager ;;
        *NodeManagerBootstrap*) name=nodemanager ;;
        *rollsite.Proxy* | *EggSiteBootstrap*) name=rollsite ;;
        *) name=unknown ;;
      esac
      printf 'service\t%s\t%s\t%s\n' "$name" "$pid" "${line##*:}"
      ;;
  esac
done | sort

printf 'site\t%s\n' "$(grep '^eggroll.rollsite.host=' conf/eggroll.properties)"
printf 'settings\t%s\n' "$(grep -c '^[^#![].*=' conf/eggroll.properties)"
