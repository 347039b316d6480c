import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

/**
 * Runs the command and ends it when this process ends, even by SIGKILL: the watcher's `read` returns as soon as the
 * pipe on descriptor 3 has no writer left. Without it, a child would outlive its parent.
 */
const tied = `exec 3<&0
"$@" </dev/null 3<&- &
child=$!
{ read -r _ <&3; kill "$child"; } 2>/dev/null >&2 &
watcher=$!
trap 'kill "$child"' INT TERM
until wait "$child"; code=$?; ! kill -0 "$child" 2>/dev/null; do :; done
kill "$watcher" 2>/dev/null
exit "$code"`;

/** Runs to its end, even if this process dies. */
const untied = `exec "$@" </dev/null`;

/**
 * @typedef {object} Ended
 * @property {number} code exit code; 128 + signal if a signal ended it
 * @property {string[]} tail last lines of standard output and error together
 */

/**
 * Runs a command to its end, with its output in a log and empty standard input.
 *
 * @param {string[]} command
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, log?: string, onLine?: (line: string) => void,
 *   signal?: AbortSignal | undefined, tailLines?: number, uninterrupted?: boolean }} [options]
 * `log` is a file, overwritten; `uninterrupted`: neither Ctrl-C at the terminal nor the end of this process stops it
 * @returns {Promise<Ended>}
 * @throws only when aborted; a command that does not exist ends with code 127
 */
export async function run(command, { cwd, env, log, onLine, signal, tailLines = 15, uninterrupted = false } = {}) {
  signal?.throwIfAborted();
  const child = spawn("/bin/sh", ["-c", uninterrupted ? untied : tied, "sh", ...command], {
    cwd,
    env,
    stdio: "pipe",
    detached: uninterrupted,
  });
  const stop = () => uninterrupted || child.kill("SIGTERM");
  signal?.addEventListener("abort", stop);
  const file = log === undefined ? undefined : createWriteStream(log, { mode: 0o600 });
  // A log that cannot be written, as on a full disk, must not end the run.
  file?.on("error", () => {});

  /** @type {string[]} */
  const tail = [];
  let rest = "";
  /** @param {string} text */
  const take = (text) => {
    file?.write(text);
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) keep(line);
  };
  /** @param {string} line */
  const keep = (line) => {
    if (line.trim() === "") return;
    onLine?.(line);
    tail.push(line);
    if (tail.length > tailLines) tail.shift();
  };
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);

  try {
    const code = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (status) => resolve(status ?? 143));
    });
    keep(rest);
    signal?.throwIfAborted();
    return { code, tail };
  } finally {
    signal?.removeEventListener("abort", stop);
    if (file !== undefined) await finished(file.end()).catch(() => {});
  }
}
