# shellcheck shell=sh
# stage-receive.sh HOME TOKEN RUN SOURCE FORM [HOST PORT USER KEY COMMAND TEXT]: unpacks a tar stream, FORM being `plain` or `gzip`, into
# the run's staged tree. It comes from standard input, SOURCE being `-`, or from the node before this one in a pipeline, which brings
# it by stage-incoming.sh SOURCE.
# At the same time it is passed on to HOST, whose public key is KEY, by the login COMMAND, which reads TEXT first.
# Prints `received` and the number of bytes once a second, and `not passed on` with the reason as soon as that is known.
# What a cut stream has brought stays for the next try: a hash decides what of it is whole.
main() {
  fence "$1" "$2"
  home=$1 token=$2 folder=$(run_folder "$1" "$3") source=$4 form=$5
  shift 5
  staged=$folder/staged stream=$folder/stream
  rm -rf "$stream"
  mkdir -p "$staged" "$stream"
  exec 3>&1
  if [ "$source" != - ]; then
    echo "$EGGROLL_UPGRADE_WORK" >"$stream/work"
    mkfifo -m 0600 "$stream/$source"
    exec <"$stream/$source"
  fi
  if [ "$source" != - ] || [ $# -gt 0 ]; then
    report &
    reporter=$!
    trap 'kill "$reporter" 2>/dev/null; end_own_work' EXIT
  fi
  if [ $# -gt 0 ]; then
    # Whoever is after this one may go; then the rest is for this one alone.
    trap '' PIPE
    mkfifo -m 0600 "$stream/own"
    exec 4<&0
    # The last command is for a `tee` that never came, which the next line would wait for.
    { pass_on "$@" || true; : <>"$stream/own"; } <&4 &
    passing=$!
    exec <"$stream/own" 4<&-
    ended=0
    said=$(unpack 2>&1) || ended=$?
    wait "$passing" || true
    [ "$ended" -eq 0 ] || half_staged "$home" "$token" "$staged" "$ended" "$said"
  else
    said=$(unpack 2>&1) || half_staged "$home" "$token" "$staged" $? "$said"
  fi
  rm -rf "$stream"
  to_disk "$staged"
}

# In large pieces, as every one costs a turn of both sides.
unpack() {
  set -- -x -p --no-same-owner -b 512 -f - -C "$staged"
  [ "$form" != gzip ] || set -- -z "$@"
  # shellcheck disable=SC2016 # expanded by that shell
  exec sh -c 'echo $$ >"$0"; exec tar "$@"' "$stream/unpacker" "$@" 3>&-
}

# What tar has read so far. Whoever reads what this script prints must not wait for a sleep that is left.
report() {
  while sleep 1 >/dev/null 2>&1 3>&-; do
    { read -r unpacker <"$stream/unpacker"; } 2>/dev/null || continue
    while read -r key bytes; do
      [ "$key" != rchar: ] || echo "received $bytes"
    done 2>/dev/null <"/proc/$unpacker/io" || true
  done
}

pass_on() {
  printf '%s\n' "$4" >"$stream/next-host"
  { printf '%s' "$6" || true; exec tee "$stream/own" 2>/dev/null; } | send_on "$@"
}

# The options keep the node's own SSH configuration, keys and known hosts out of it.
send_on() {
  if told=$(cd "$stream" && exec ssh -F /dev/null -T -a -x \
    -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=next-host -o GlobalKnownHostsFile=/dev/null \
    -o ConnectTimeout=10 -o ServerAliveInterval=10 -o ServerAliveCountMax=3 -o LogLevel=ERROR \
    -c aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr \
    -p "$2" -l "$3" -- "$1" "$5" 2>&1 >/dev/null); then
    return 0
  fi
  echo "not passed on: $(echo "$told" | tr '\n' ' ')" >&3
}

main "$@"
