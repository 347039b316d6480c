#!/bin/bash
# shellcheck shell=bash
# Executes dockerd in the namespaces it is started in, which include a separate cgroup namespace. Arguments: folder for
# images and containers (data root), folder for runtime state (exec root), path of the socket, further arguments of
# dockerd.
set -euo pipefail
data=$1 exec=$2 socket=$3
shift 3
mkdir -p "$data" "$exec" "$(dirname "$socket")"
# Docker's overlays cannot be on the host's overlayfs.
[ "$(stat -f -c %T "$data")" != overlayfs ] || mount -t tmpfs -o mode=710 tmpfs "$data"
# The mounts of an earlier start belong to cgroups that no longer exist.
while mountpoint -q /sys/fs/cgroup; do umount -R /sys/fs/cgroup; done
mount -t tmpfs -o mode=755 tmpfs /sys/fs/cgroup
if [ "$(grep -c . /proc/self/cgroup)" = 1 ]; then
  # In version 2, processes can only be in the leaves of the tree.
  mount -t cgroup2 cgroup2 /sys/fs/cgroup
  mkdir -p /sys/fs/cgroup/engine
  echo $$ >/sys/fs/cgroup/engine/cgroup.procs
  for controller in $(cat /sys/fs/cgroup/cgroup.controllers); do
    echo "+$controller" >/sys/fs/cgroup/cgroup.subtree_control 2>/dev/null || true
  done
else
  while IFS=: read -r _ controllers _; do
    case $controllers in
      "") continue ;;
      name=*) folder=${controllers#name=} options=none,$controllers ;;
      *) folder=$controllers options=$controllers ;;
    esac
    mkdir -p "/sys/fs/cgroup/$folder"
    mount -t cgroup -o "$options" cgroup "/sys/fs/cgroup/$folder"
  done </proc/self/cgroup
fi
# Privileged containers get the host's devices. Rancher needs the kernel log among them; here it is empty.
[ -e /dev/kmsg ] || mknod -m 600 /dev/kmsg c 1 3
rm -f "$exec/dockerd.pid"
exec dockerd --data-root "$data" --exec-root "$exec" --host "unix://$socket" --pidfile "$exec/dockerd.pid" "$@"
