# What nodes and database are found to be: printed as tables, and compared with what was promised. Sourced by demo.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154 # hosts and work are demo.sh's

tab=$'\t'

# look NAME: asks all nodes and the database, keeps the answers under a name, and prints them.
look() {
  local host
  found=$work/found/$1
  mkdir -p "$found"
  for host in $hosts; do in_container "$host" app look-node.sh >"$found/$host"; done
  in_container mysql root look-database.sh >"$found/schema"
  print_nodes
  print_conf
  print_schema
}

# values KIND HOST: what a node said of that kind, a line for each, the kind itself cut off.
values() { sed -n "s/^$1$tab//p" "$found/$2"; }

print_nodes() {
  local row='  %-5s %-12s %-24s %-15s %5s  %s\n' host head version jars service pid port
  # shellcheck disable=SC2059 # the format is the constant above
  printf "$row" node __init__.py lib service pid port
  for host in $hosts; do
    head=$host version=$(values version "$host") jars=$(values jar "$host" | paste -s -d , -)
    while IFS=$tab read -r service pid port; do
      # shellcheck disable=SC2059
      printf "$row" "$head" "$version" "$jars" "$service" "$pid" "$port"
      head='' version='' jars=''
    done < <(values service "$host" | grep . || printf 'none\t-\t-\n')
  done
}

print_conf() {
  local host
  printf '\n  %-5s %-39s  %s\n' node 'line of the site in eggroll.properties' settings
  for host in $hosts; do printf '  %-5s %-39s  %8s\n' "$host" "$(values site "$host")" "$(values settings "$host")"; done
}

print_schema() {
  local table column type key
  printf '\n  %-18s %-17s %-16s %s\n' table column type key
  while IFS=$tab read -r table column type key; do
    printf '  %-18s %-17s %-16s %s\n' "$table" "$column" "$type" "$key"
  done <"$found/schema"
}

# expect_cluster NAME VERSION JAR KEYS: fails unless every node has that version and jar, the services and the line of the
# site that it had before, and the four tables have so many primary keys.
expect_cluster() {
  local host
  for host in $hosts; do
    [ "$(values version "$host")" = "$2" ] || die "$host should say version $2 and says $(values version "$host")"
    [ "$(values jar "$host")" = "eggroll-core-$3.jar" ] || die "$host should have the jar of $3 and has $(values jar "$host")"
    [ -n "$(values service "$host")" ] || die "no service of $host listens"
    same_as_before "$host" 'service' 1,3
    same_as_before "$host" 'site' 1
  done
  [ "$(grep -c 'primary key' "$found/schema")" = "$4" ] || die 'the tables do not have the columns they should have'
}

same_as_before() {
  local is was
  is=$(values "$2" "$1" | cut -f "$3")
  was=$(found=$work/found/before && values "$2" "$1" | cut -f "$3")
  [ "$is" = "$was" ] || die "the $2 of $1 was '$was' and is '$is'"
}
