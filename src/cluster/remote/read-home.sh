# shellcheck shell=sh
# read-home.sh HOME digest|archive: a digest over all that is in the home, equal where the homes are; or the home itself, as tar and
# gzip make it. Left out are data, logs, our own folder and the numbers of running processes.
main() {
  cd "$1"
  if [ "$2" = digest ]; then
    {
      list -printf '%p %y %m %l\n'
      list -type f -exec sha256sum {} +
    } | sort | sha256sum | cut -d ' ' -f 1
    return 0
  fi
  # A file that changes while it is read is no failure: it is one that the upgrade does not care for, or it would not run.
  { tar -cf - --exclude=./data --exclude=./logs --exclude="./$work" --exclude=./bin/pid . || [ $? = 1 ]; } | gzip -1
}

list() {
  find . '(' -path ./data -o -path ./logs -o -path "./$work" -o -path ./bin/pid -o -path ./bin/clustermanager \
    -o -path ./bin/nodemanager -o -path ./bin/rollsite ')' -prune -o "$@"
}

main "$@"
