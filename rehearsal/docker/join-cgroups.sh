#!/bin/bash
# Joins the cgroups in the arguments before `--`, then executes the rest in a new cgroup namespace.
while [ "$1" != -- ]; do
  echo $$ >"$1"
  shift
done
shift
exec unshare --cgroup "$@"
