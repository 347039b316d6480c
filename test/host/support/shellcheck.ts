import { spawnSync } from "node:child_process";

/** Whether this machine has it. */
export const hasShellcheck = spawnSync("shellcheck", ["--version"]).status === 0;

/**
 * Left out, as they are meant: a fallback after `&&` (2015) everywhere ends the script or says something; functions and
 * variables of the preamble are not all used by every body (2034, 2317, 2329); `.` reads an undo step (1090);
 * `ls` lists undo steps, whose names are ours (2012); a list that is filled in may have one entry (2043); what stands for
 * a tool takes the arguments that has, even where none are given (2119, 2120).
 */
const leftOut = ["1090", "1091", "2012", "2015", "2034", "2043", "2119", "2120", "2317", "2329"];

/** What shellcheck says about a POSIX shell's script. */
export function findings(script: string): string {
  const words = ["--shell", "sh", "--exclude", leftOut.map((code) => `SC${code}`).join(","), "--format", "gcc", "-"];
  const { stdout } = spawnSync("shellcheck", words, { input: script, encoding: "utf8" });
  return stdout;
}

/** What a script puts into here-documents to be run later behind a preamble: the undo steps. */
export function undoSteps(body: string): string[] {
  return [...body.matchAll(/register_undo <<'(\w+)'\n([\s\S]*?)\n\1\n/g)].map(([, , step = ""]) => `${step}\n`);
}

/** What it gives to systemd, which brings its own preamble. */
export function laterScripts(body: string): string[] {
  return [...body.matchAll(/<<'(WATCH|BACKUP|RENEWAL)'\n([\s\S]*?)\n\1\n/g)].map(([, , script = ""]) => `${script}\n`);
}

/** What it leaves to another shell that outlives it, with the variables that has. */
export function watchers(body: string): string[] {
  const watched = [...body.matchAll(/watch_over \w+ '([^']*)'/g)].map(([, commands = ""]) => commands);
  const watching = [...body.matchAll(/ sh -c '([^']*)' watcher /g)].map(([, text = ""]) => text);
  return [...watched.map((text) => `facts=$1 said=$2\n${text}\n`), ...watching];
}
