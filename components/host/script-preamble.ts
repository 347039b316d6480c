import { folderFunctions } from "./folder-functions.ts";
import { fileFunctions, readSecrets, logFunctions, undoFunctions } from "./script-functions.ts";
import { quote } from "./shell.ts";

/** Exit codes of every script. Any other code is that of a failed command. */
export const exitCodes = { precondition: 10, download: 20, apply: 30, health: 40 } as const;

/** Seconds a script waits for another one on the same host. */
export const lockSeconds = 300;

export interface PreambleArgs {
  readonly name: string;
  readonly stateFolder: string;
}

/**
 * Start of every script on a host over SSH; `localPreamble` is the equivalent for this machine. Functions:
 *
 * - `say TEXT...`: prints a line for the user on stderr; stdout is for data.
 * - `fail CODE TEXT...`: the same, then exits with that code.
 * - `secret NAME`: prints a secret that was passed on standard input.
 * - `place PATH MODE`: writes standard input to a file by way of a rename; sets `placed` to changed/unchanged.
 * - `safe_folder PATH`: creates a folder that the user chose, and ends the script if another user could replace its
 *   content; see `folderFunctions`. `safe_path PATH` only checks; `unsafe_path PATH` prints the reason, or nothing.
 * - `make_folder PATH [MODE]`: creates a system folder that may be missing; undoing the script removes it if it is
 *   empty.
 * - `temporary PATH`: call it before creating a temporary file beside its target; undoing the script removes it.
 * - `keep PATH`: saves what is at PATH (a file, or nothing) the first time it is called for it.
 * - `give_back PATH`: restores what `keep` saved.
 * - `register_undo`: registers standard input as the undo step of this script; call it before the first change.
 * - `run_undo NAME`, `run_all_undos`: run undo steps (newest first) and remove them.
 * - `$facts`: a folder for what this script must record until it is undone.
 */
export function preamble({ name, stateFolder }: PreambleArgs): string {
  return `set -eu
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export PATH LC_ALL=C DEBIAN_FRONTEND=noninteractive
state=${quote(stateFolder)} name=${quote(name)}
facts=$state/facts/$name
${logFunctions}
exec 9>/run/rancher-stack.lock
flock -w ${lockSeconds} 9 || fail 10 "another script has held /run/rancher-stack.lock on this host for ${lockSeconds} s. See which: fuser -v /run/rancher-stack.lock"
rm -rf /run/rancher-stack.work
mkdir /run/rancher-stack.work
work=/run/rancher-stack.work
trap 'trap "" TERM HUP INT; rm -rf "$work"' EXIT
trap 'exit 143' TERM HUP INT
${readSecrets}
${folderFunctions}
${fileFunctions}
${undoFunctions}`;
}
