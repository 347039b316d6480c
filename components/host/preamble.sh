# Start of every script on a host over SSH, as root; local-preamble.sh is the equivalent for this machine. Waits for the
# host's lock and reads the secrets, unless `secrets` is `no`. Reads `state`, `name` and `lock_seconds`. Sets:
#
# - `lock`: the lock's file.
# - `facts`: a folder for what this script must record until it is undone.
# - `work`: a folder that is removed when the script ends.
#
# needs: fail read_secrets

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
