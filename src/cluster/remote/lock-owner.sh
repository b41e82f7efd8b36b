# shellcheck shell=sh
# lock-owner.sh HOME: who holds the lock of this node; nothing when nobody does, or when he is dead.
main() {
  find_newest "$1"
  [ "$newest" -gt 0 ] || return 0
  # shellcheck disable=SC2154 # work comes from prelude.sh
  lock=$1/$work/locks/$newest
  if [ ! -e "$lock/released" ] && holder_lives "$lock"; then cat "$lock/owner" 2>/dev/null || true; fi
}

main "$@"
