import { folderFunctions } from "./folder-functions.ts";
import { fileFunctions, readSecrets, logFunctions, undoFunctions } from "./script-functions.ts";
import { quote } from "./shell.ts";

/** Exit codes of every script; a command's own code above 40 or between them is passed on as it is. */
export const exitCodes = { precondition: 10, download: 20, apply: 30, health: 40 } as const;

/** Seconds a script waits for another one on the same host. */
export const lockSeconds = 300;

export interface PreambleArgs {
  readonly name: string;
  readonly stateFolder: string;
}

/**
 * What every script on a host over SSH may rely on; `localPreamble` gives the same on this machine. Functions:
 *
 * - `say TEXT...`: a line for people, on stderr; stdout is data.
 * - `fail CODE TEXT...`: the same, then end with that code.
 * - `secret NAME`: prints a secret that came on standard input.
 * - `place PATH MODE`: standard input becomes that file, written beside and renamed; sets `placed` to changed/unchanged.
 * - `safe_folder PATH`: creates a folder the user chose, and ends the script where somebody else could replace what is in
 *   it; see `folderFunctions`. `safe_path PATH` only checks; `unsafe_path PATH` prints what is wrong, or nothing.
 * - `make_folder PATH [MODE]`: creates a folder of the system that may be missing; undoing the script removes it again
 *   when it is empty.
 * - `temporary PATH`: call it before creating a temporary file beside its target; undoing the script removes it.
 * - `keep PATH`: remembers what was at PATH (a file, or nothing) the first time it is called for it.
 * - `give_back PATH`: puts back what `keep` remembered.
 * - `register_undo`: standard input becomes the undo step of this script; call it before the first change.
 * - `run_undo NAME`, `run_all_undos`: run undo steps (newest first) and forget them.
 * - `$facts`: a folder for what this script must remember until it is undone.
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
trap 'rm -rf "$work"' EXIT
trap 'exit 143' TERM HUP INT
${readSecrets}
${folderFunctions}
${fileFunctions}
${undoFunctions}`;
}
