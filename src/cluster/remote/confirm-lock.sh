# shellcheck shell=sh
# confirm-lock.sh HOME TOKEN: ends well as long as the lock of this node is this run's: asked before something is done elsewhere, where
# no lock is. As every script that is fenced, it ends what an earlier one has left running.
main() {
  fence "$1" "$2"
}

main "$@"
