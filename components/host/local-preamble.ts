import { folderFunctions } from "./folder-functions.ts";
import { fileFunctions, readSecrets, logFunctions, undoFunctions } from "./script-functions.ts";
import { lockSeconds, type PreambleArgs } from "./script-preamble.ts";
import { quotePath } from "./shell.ts";

/** What is in the words of every process that runs a script on this machine, for others that wait for it. */
export const scriptMark = "a script of rancher-stack";

/**
 * The same as `preamble`, on the machine Pulumi runs on: as the user who runs it, in a folder of that user, by what POSIX
 * and a Mac have: there is no flock, no folder under /run and no systemd. A body that is to run here too
 *
 * - uses no option a Mac's tools lack (`sed -i`, `head -n -1`, `sort -V`, `mv -T`, `date -d`, `stat -c`),
 * - may use `sync FILE`, `base64 -d`, `sha256sum` and `timeout SECONDS COMMAND`, which are functions where it must be,
 * - starts nothing that lives on with its standard output or error open,
 * - does not count on a subshell that fails to end the script, nor on `command NAME || ...`: the shell of a Mac, bash 3.2,
 *   goes on after the one and ends at the other.
 *
 * The lock is a link whose target is the holder's process id: made in one step or not at all. One that a killed script
 * left is known by its process, which is gone, or, after a restart of the machine, another program.
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
# Whether a process is there and runs a script of ours. Where ps tells nothing, its being there has to do.
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
      # One at a time: a second one would take away what the first has put there meanwhile.
      if ln -s "$$" "$lock.clearing" 2>/dev/null; then
        [ "$(readlink "$lock" || true)" != "$holder" ] || rm -f "$lock"
        rm -f "$lock.clearing"
      else
        at_work "$(readlink "$lock.clearing" || echo 0)" || rm -f "$lock.clearing"
      fi
    fi
    lock_tries=$((lock_tries + 1))
    [ "$lock_tries" -le 1 ] || [ -n "$holder" ] || fail 30 "$lock cannot be made: $lock_words"
    [ "$lock_tries" -lt ${lockSeconds} ] || fail 10 "another script has held $lock on this machine for ${lockSeconds} s. See which: ps -p $holder"
    [ "$lock_tries" -le 1 ] || sleep 1
  done
}
take_lock
trap 'trap "" TERM HUP INT; rm -rf "$work"; rm -f "$lock"' EXIT
trap 'exit 143' TERM HUP INT`;

const tools = `# What a Mac, or an older one, has in another form. Not by the builtin command: in a Mac's shell, where such a command
# fails the whole script ends, whatever stands behind it.
sync() { env sync "$@" 2>/dev/null || env sync; }
decode=-d
{ decoded=$(env base64 -d 2>/dev/null || true); } <<'X'
YQ==
X
[ "$decoded" = a ] || decode=-D
base64() { env base64 "$decode"; }
command -v sha256sum >/dev/null || sha256sum() { shasum -a 256 "$@"; }
# In a shell of its own, as it has traps of its own.
timeout() (
  [ "$1" != -k ] || shift 2
  timed "$@"
)`;
