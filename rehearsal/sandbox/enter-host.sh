#!/bin/bash
# shellcheck shell=bash
# First process of a host, already in its own network, PID, mount, UTS and IPC namespaces. Mounts the host's root,
# detaches the machine's and executes the host's init. Arguments: overlay lower folders (joined by colons), the host's
# folder (with upper, work, merged, authorized_keys), host name, user, and a folder of the machine to mount at the same
# path, or "".
set -euo pipefail
lower=$1 folder=$2 name=$3 user=$4 shared=$5
root=$folder/merged

hostname "$name"
# "volatile" skips fsync, which dpkg calls often; these files need not survive a power cut of the machine.
mount -t overlay overlay -o "volatile,lowerdir=$lower,upperdir=$folder/upper,workdir=$folder/work" "$root"
cd "$root"
mount -t tmpfs -o nosuid,nodev,mode=755 tmpfs run
mkdir -m 1777 run/lock
mkdir -p run/systemd/system # sd_booted(3): maintainer scripts look for it before they call systemctl
mount -t tmpfs -o nosuid,mode=755 tmpfs dev
mkdir dev/pts
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mkdir -m 1777 dev/shm
mount -t tmpfs -o nosuid,nodev tmpfs dev/shm
for device in null:3 zero:5 full:7 random:8 urandom:9; do
  mknod -m 666 "dev/${device%:*}" c 1 "${device#*:}"
done
mknod -m 666 dev/tty c 5 0
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t proc -o nosuid,nodev,noexec proc proc
# Settings of the machine's kernel are read-only; the host's own network settings are writable.
mount --bind proc/sys/net proc/sys/net
mount --rbind proc/sys proc/sys
mount -o remount,bind,ro,nosuid,nodev,noexec proc/sys
for file in sysrq-trigger kcore keys; do
  [ ! -e "proc/$file" ] || mount --bind dev/null "proc/$file"
done
mount -t tmpfs -o ro,size=0 tmpfs sys/fs/cgroup 2>/dev/null || true
if [ -n "$shared" ]; then
  mkdir -p ".$shared"
  mount --bind "$shared" ".$shared"
fi

if ! chroot . id -u "$user" >/dev/null 2>&1; then
  # "*" means no password; "!" would lock the user.
  chroot . useradd --create-home --shell /bin/bash --password '*' "$user"
fi
home=$(chroot . getent passwd "$user" | cut -d: -f6)
if [ ! -e ".$home/.ssh/authorized_keys" ]; then
  chroot . install -d -m 700 -o "$user" -g "$user" "$home/.ssh"
  install -m 600 "$folder/authorized_keys" ".$home/.ssh/authorized_keys"
  chroot . chown "$user:$user" "$home/.ssh/authorized_keys"
fi

pivot_root . .
umount -l .
cd /
keep=+chown,+dac_override,+dac_read_search,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+setfcap,+net_bind_service
keep+=,+net_raw,+net_admin,+net_broadcast,+sys_chroot,+sys_nice,+sys_resource,+sys_ptrace,+ipc_lock,+audit_write,+lease
exec setpriv "--bounding-set=-all,$keep" "--inh-caps=-all" \
  tini -- /usr/lib/small-systemctl/boot
