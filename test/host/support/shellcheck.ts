import { spawnSync } from "node:child_process";

/** Whether this machine has shellcheck. */
export const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;

/**
 * Excluded because the code is intended: a fallback after `&&` (2015) always ends the script or prints something; not
 * every body uses all functions and variables of the preamble (2034, 2317, 2329); `.` reads an undo step (1090);
 * `ls` lists undo steps, whose names are ours (2012); a generated list may have one entry (2043); a replacement for a
 * tool takes that tool's arguments, even if none are given (2119, 2120).
 */
const leftOut = ["1090", "1091", "2012", "2015", "2034", "2043", "2119", "2120", "2317", "2329"];

/** Findings of shellcheck in a POSIX shell's script. */
export function findings(script: string): string {
  const args = ["--shell", "sh", "--exclude", leftOut.map((code) => `SC${code}`).join(","), "--format", "gcc", "-"];
  const { stdout } = spawnSync("shellcheck", args, { input: script, encoding: "utf8" });
  return stdout;
}

/** The undo steps, which a script puts into here-documents to be run later with a preamble. */
export function undoSteps(body: string): string[] {
  return [...body.matchAll(/register_undo <<'(\w+)'\n([\s\S]*?)\n\1\n/g)].map(([, , step = ""]) => `${step}\n`);
}

/** The scripts that it gives to systemd, which have their own preamble. */
export function laterScripts(body: string): string[] {
  return [...body.matchAll(/<<'(WATCH|BACKUP|RENEWAL)'\n([\s\S]*?)\n\1\n/g)].map(([, , script = ""]) => `${script}\n`);
}

/** The commands that it leaves to another shell, which outlives it, with that shell's variables. */
export function watchers(body: string): string[] {
  const watched = [...body.matchAll(/watch_over \w+ '([^']*)'/g)].map(([, commands = ""]) => commands);
  const watching = [...body.matchAll(/ sh -c '([^']*)' watcher /g)].map(([, text = ""]) => text);
  return [...watched.map((text) => `facts=$1 said=$2\n${text}\n`), ...watching];
}
