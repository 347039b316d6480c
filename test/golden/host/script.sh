# host lb-1 192.0.2.10 as ops
# greets
host=lb-1
user=ops
seconds=60
{ script=$(cat); } <<'SCRIPT'
state=/var/lib/rancher-stack
[ -r "$state/library.sh" ] || { echo "this machine has no $state/library.sh, which its base script places. Run npm run up for the whole stack" >&2; exit 10; }
. "$state/library.sh"
name=motd
lock_seconds=300
set -eu
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C DEBIAN_FRONTEND=noninteractive
facts=$state/facts/$name
lock=/run/rancher-stack.lock work=/run/rancher-stack.work
exec 9>"$lock"
flock -w "$lock_seconds" 9 || fail 10 "another script has held $lock on this host for $lock_seconds s. See which: fuser -v $lock"
rm -rf "$work"
mkdir "$work"
trap 'trap "" TERM HUP INT; rm -rf "$work"' EXIT
trap 'exit 143' TERM HUP INT
[ "${secrets-yes}" = no ] || read_secrets
say "hello"
SCRIPT
as_root=
if [ "$(id -u)" -ne 0 ]; then
  sudo -n true 2>/dev/null || {
    echo "host $host: sudo asks $user for a password, and a script cannot give one. Allow it: $user ALL=(root) NOPASSWD: ALL" >&2
    exit 10
  }
  as_root='sudo -n'
fi
exec $as_root timeout -k 10 "$seconds" sh -c "$script"
