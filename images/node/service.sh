#!/bin/bash
# service.sh ACTION NAME|all: how a site that was deployed with supervisord controls its services. Words that it does not know, such
# as a name in the place of the action, make it print its usage and end well all the same; a wrong number of words ends with 1.
usage() {
  echo "Usage: service.sh {start|stop|restart|status|update} {NAME|all}"
}

if [ $# -ne 2 ]; then
  usage
  exit 1
fi
case $1 in
  start | stop | restart | status | update) supervisorctl -s http://127.0.0.1:9001 -u root -p fate "$1" "$2" ;;
  *) usage ;;
esac
