# shellcheck shell=sh
# stage-receive.sh HOME TOKEN RUN SOURCE [HOST PORT USER KEY COMMAND TEXT]: unpacks a tar stream into the run's staged tree. It comes
# from standard input, SOURCE being `-`, or from the node before this one in a pipeline, which brings it by stage-incoming.sh SOURCE.
# At the same time it is passed on to HOST, whose public key is KEY, by the login COMMAND, which reads TEXT first.
# Prints `passed on`, or why it was not, as soon as that is known.
# What a cut stream has brought stays for the next try: a hash decides what of it is whole.
main() {
  fence "$1" "$2"
  home=$1 token=$2 folder=$(run_folder "$1" "$3") source=$4
  shift 4
  staged=$folder/staged stream=$folder/stream
  rm -rf "$stream"
  mkdir -p "$staged" "$stream"
  exec 3>&1
  if [ "$source" != - ]; then
    mkfifo -m 0600 "$stream/$source"
    exec <"$stream/$source"
  fi
  if [ $# -gt 0 ]; then
    # Whoever is after this one may go; then the rest is for this one alone.
    trap '' PIPE
    said=$( (pass_on "$@" | unpack) 2>&1) || half_staged "$home" "$token" "$staged" $? "$said"
  else
    said=$(unpack 2>&1) || half_staged "$home" "$token" "$staged" $? "$said"
  fi
  rm -rf "$stream"
  to_disk "$staged"
}

unpack() {
  tar -x -p --no-same-owner -f - -C "$staged" 3>&-
}

pass_on() {
  printf '%s\n' "$4" >"$stream/next-host"
  mkfifo -m 0600 "$stream/onward"
  send_on "$@" &
  tee "$stream/onward" 2>/dev/null || true
  wait
}

# The options keep the node's own SSH configuration, keys and known hosts out of it.
send_on() {
  if told=$( (printf '%s' "$6" && cat <"$stream/onward") | (cd "$stream" && exec ssh -F /dev/null -T -a -x \
    -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=next-host -o GlobalKnownHostsFile=/dev/null \
    -o ConnectTimeout=10 -o ServerAliveInterval=10 -o ServerAliveCountMax=3 -o LogLevel=ERROR \
    -c aes128-gcm@openssh.com,aes256-gcm@openssh.com,chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr \
    -p "$2" -l "$3" -- "$1" "$5") 2>&1 >/dev/null); then
    echo 'passed on' >&3
  else
    echo "not passed on: $told" | tr '\n' ' ' >&3
    echo >&3
  fi
}

main "$@"
