# The equivalent of preamble.sh for the machine Pulumi runs on. The script runs as the user who runs Pulumi, in a folder
# of that user, with the tools of POSIX and macOS: there is no flock, no folder under /run and no systemd. A script that
# also runs here
#
# - uses no option that macOS tools lack (`sed -i`, `stat -c`),
# - may use `sync FILE`, `base64 -d`, `sha256sum`, `timeout SECONDS COMMAND` and the options of use_gnu_forms: these are
#   functions where necessary,
# - starts no process that outlives it with its standard output or error open,
# - relies neither on a failed subshell to end the script nor on `command NAME || ...`: bash 3.2, the shell of macOS,
#   continues after the former and exits at the latter.
#
# needs: safe_folder use_local_tools use_gnu_forms take_local_lock read_secrets

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
