# host this-machine, this machine
# greets
state="$HOME"/.local/state/rancher-stack
[ -r "$state/library.sh" ] || { echo "this machine has no $state/library.sh, which its base script places. Run npm run up for the whole stack" >&2; exit 10; }
. "$state/library.sh"
name=motd
seconds=60
{ script=$(cat); } <<'SCRIPT'
state="$HOME"/.local/state/rancher-stack
[ -r "$state/library.sh" ] || { echo "this machine has no $state/library.sh, which its base script places. Run npm run up for the whole stack" >&2; exit 10; }
. "$state/library.sh"
script_mark='a script of rancher-stack'
name=motd
lock_seconds=300
set -eu
umask 077
PATH=$PATH:/usr/local/bin:/opt/homebrew/bin:$HOME/.docker/bin:/usr/bin:/bin:/usr/sbin:/sbin
export PATH LC_ALL=C
facts=$state/facts/$name
use_local_tools
use_gnu_forms
lock=$state.lock work=$state.work
safe_folder "$(dirname "$state")"
take_local_lock
trap 'trap "" TERM HUP INT; rm -rf "$work"; rm -f "$lock"' EXIT
trap 'exit 143' TERM HUP INT
rm -rf "$work"
mkdir "$work"
[ "${secrets-yes}" = no ] || read_secrets
say "hello"
SCRIPT
code=0
timed "$seconds" sh -c "$script" || code=$?
[ "$code" -ne 124 ] || echo "the script $name was stopped because it did not finish within $seconds s. The end of its output is above. To continue, run pulumi up again" >&2
exit "$code"
