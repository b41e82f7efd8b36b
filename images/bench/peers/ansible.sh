#!/bin/bash
# ansible.sh PACKAGE HOSTS: Ansible's synchronize, with as many forks as there are nodes.
set -eu
# shellcheck source=images/bench/peers/common.sh
. "$(dirname "$0")/common.sh"

export ANSIBLE_HOST_KEY_CHECKING=true ANSIBLE_PIPELINING=true ANSIBLE_LOCAL_TEMP=/tmp/ansible ANSIBLE_PYTHON_INTERPRETER=/usr/bin/python3
ansible-playbook --inventory "$hosts" --forks "$(wc -l <"$hosts")" --extra-vars "package=$package home=$EGGROLL_HOME" "$here/synchronize.yml"
