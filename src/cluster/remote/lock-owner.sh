# shellcheck shell=sh
# lock-owner.sh HOME: who holds the lock of this node, or held it last without giving it back; nothing when nobody does.
main() {
  newest=$(newest_token "$1")
  [ "$newest" -gt 0 ] || return 0
  [ -e "$1/$work/locks/$newest/released" ] || cat "$1/$work/locks/$newest/owner" 2>/dev/null || true
}

main "$@"
