import { folderFunctions } from "./folder-functions.ts";
import { fileFunctions, readSecrets, logFunctions, undoFunctions } from "./script-functions.ts";
import { lockSeconds, type PreambleArgs } from "./script-preamble.ts";
import { quotePath } from "./shell.ts";

/** Text in the arguments of every process that runs a script on this machine, by which waiting scripts recognize it. */
export const scriptMark = "a script of rancher-stack";

/**
 * The equivalent of `preamble` for the machine Pulumi runs on. The script runs as the user who runs Pulumi, in a folder
 * of that user, with the tools of POSIX and macOS: there is no flock, no folder under /run and no systemd. A body that
 * must also run here
 *
 * - uses no option that macOS tools lack (`sed -i`, `head -n -1`, `sort -V`, `mv -T`, `date -d`, `stat -c`),
 * - may use `sync FILE`, `base64 -d`, `sha256sum` and `timeout SECONDS COMMAND`, which are functions where necessary,
 * - starts no process that outlives it with its standard output or error open,
 * - does not rely on a failed subshell to end the script, nor on `command NAME || ...`: bash 3.2, the shell of macOS,
 *   continues after the first and exits at the second.
 *
 * The lock is a symbolic link to the holder's process id, created atomically. A lock of a killed script is recognized
 * by its process, which no longer exists or, after a restart of the machine, is another program.
 */
export function localPreamble({ name, stateFolder }: PreambleArgs): string {
  return `# ${scriptMark}
set -eu
umask 077
PATH=$PATH:/usr/local/bin:/opt/homebrew/bin:$HOME/.docker/bin:/usr/bin:/bin:/usr/sbin:/sbin
export PATH LC_ALL=C
state=${quotePath(stateFolder)} name=${name}
facts=$state/facts/$name
${logFunctions}
${tools}
${folderFunctions}
${lock}
rm -rf "$work"
mkdir "$work"
${readSecrets}
${fileFunctions}
${undoFunctions}`;
}

const lock = `lock=$state.lock work=$state.work
safe_folder "$(dirname "$state")"
# Whether a process exists and runs a script of this program. If ps fails, its existence is enough.
at_work() {
  kill -0 "$1" 2>/dev/null || return 1
  at_work=$(ps -ww -o args= -p "$1" 2>/dev/null) || return 0
  case $at_work in *"${scriptMark}"*) ;; *) return 1 ;; esac
}
take_lock() {
  lock_tries=0
  until lock_words=$(ln -s "$$" "$lock" 2>&1); do
    holder=$(readlink "$lock" || true)
    if [ -n "$holder" ] && ! at_work "$holder"; then
      # One at a time: a second script would remove the lock that the first has acquired meanwhile.
      if ln -s "$$" "$lock.clearing" 2>/dev/null; then
        [ "$(readlink "$lock" || true)" != "$holder" ] || rm -f "$lock"
        rm -f "$lock.clearing"
      else
        at_work "$(readlink "$lock.clearing" || echo 0)" || rm -f "$lock.clearing"
      fi
    fi
    lock_tries=$((lock_tries + 1))
    [ "$lock_tries" -le 1 ] || [ -n "$holder" ] || fail 30 "$lock cannot be created: $lock_words"
    [ "$lock_tries" -lt ${lockSeconds} ] || fail 10 "another script has held $lock on this machine for ${lockSeconds} s. See which: ps -p $holder"
    [ "$lock_tries" -le 1 ] || sleep 1
  done
}
take_lock
trap 'trap "" TERM HUP INT; rm -rf "$work"; rm -f "$lock"' EXIT
trap 'exit 143' TERM HUP INT`;

const tools = `# These tools have another form on macOS or on an older version of it. They are called with env, not with the builtin
# command: if that fails in the shell of macOS, the whole script ends, whatever follows.
sync() { env sync "$@" 2>/dev/null || env sync; }
decode=-d
{ decoded=$(env base64 -d 2>/dev/null || true); } <<'X'
YQ==
X
[ "$decoded" = a ] || decode=-D
base64() { env base64 "$decode"; }
command -v sha256sum >/dev/null || sha256sum() { shasum -a 256 "$@"; }
# In a subshell, because it sets traps.
timeout() (
  [ "$1" != -k ] || shift 2
  timed "$@"
)`;
