# shellcheck shell=sh
# stage-copy.sh HOME TOKEN RUN SAME OTHER [MODE MODES]… BYTES: copies files that the node has already into the staged tree, with their
# times. Standard input holds paths relative to EGGROLL_HOME, each ended by NUL: SAME bytes of files that keep their path, OTHER bytes of
# pairs of where a file is and where it goes; then for each MODE so many bytes of paths in the staged tree that get it.
main() {
  fence "$1" "$2"
  home=$1 token=$2 staged=$(run_folder "$1" "$3")/staged
  shift 3
  mkdir -p "$staged"
  cd "$home"
  said=$(copy "$@" 2>&1) || half_staged "$home" "$token" "$staged" $? "$said"
  to_disk "$staged"
}

# No hard link, which would tie an old file to a new one; a clone where the file system makes one.
copy() {
  head -c "$1" | xargs -0 -r cp -P --preserve=mode,timestamps --reflink=auto --parents -t "$staged" -- || return 1
  head -c "$2" | xargs -0 -r -n 2 cp -P --preserve=mode,timestamps --reflink=auto -T -- || return 1
  shift 2
  while [ $# -gt 1 ]; do
    head -c "$2" | xargs -0 -r chmod "$1" -- || return 1
    shift 2
  done
}

main "$@"
