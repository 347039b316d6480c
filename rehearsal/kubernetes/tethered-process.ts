import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { open } from "node:fs/promises";

/** A daemon that cannot outlive the process that started it. */
export interface TetheredProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the daemon has ended, with an error that says how and gives its last lines. */
  readonly ended: Promise<Error>;
  /** Ends it at once (SIGKILL: nothing it holds is kept) and waits until it is gone. May be called again. */
  kill(): Promise<void>;
}

/**
 * The shell becomes the daemon, so that its pid and exit status are the daemon's. Before, it leaves a watcher in the
 * same process group that waits for the end of our pipe, which comes also when we die of SIGKILL, and then ends the
 * group. The watcher is the group's last member, so the group's id is not anyone else's by then.
 */
const tether = [
  // A shell gives what it puts into the background /dev/null for input, so the pipe moves away first.
  "exec 3<&0 </dev/null",
  '(trap "" TERM INT HUP; exec >/dev/null 2>&1; read -r _ <&3; kill -s KILL -- -$$) &',
  'exec "$@" 3<&-',
].join("\n");

/** How many of the last lines of a log go into an error. */
const quotedLines = 12;

/**
 * Starts a daemon in a process group of its own (Ctrl-C on the terminal does not reach it), with its output in
 * `logFile` (mode 0600). Its environment holds PATH and what `env` says, nothing of ours.
 */
export async function startTethered(daemon: {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<TetheredProcess> {
  const log = openSync(daemon.logFile, "a", 0o600);
  let child: ChildProcess;
  try {
    child = spawn("/bin/sh", ["-c", tether, "sh", daemon.command, ...daemon.args], {
      detached: true,
      stdio: ["pipe", log, log],
      env: { PATH: process.env["PATH"] ?? "", ...daemon.env },
    });
    await once(child, "spawn");
  } finally {
    closeSync(log);
  }
  const pid = child.pid!;
  // A pipe whose other end is gone already is no news: "exit" tells.
  child.stdin!.on("error", () => {});
  const ended = once(child, "exit").then(async ([code, signal]: (number | string | null)[]) => {
    child.stdin!.destroy();
    const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    return new Error(`${daemon.name} ${how}. Its last lines (${daemon.logFile}):\n${await lastLines(daemon.logFile)}`);
  });
  return {
    name: daemon.name,
    pid,
    logFile: daemon.logFile,
    ended,
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, "SIGKILL");
      await ended;
    },
  };
}

/** The end of a text file, at most 64 KiB of it, indented by two blanks. */
async function lastLines(file: string): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { size } = await handle.stat();
    const length = Math.min(size, 64 * 1024);
    const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const lines = buffer.toString("utf8").trimEnd().split("\n").slice(-quotedLines);
    return lines.map((line) => `  ${line.slice(0, 400)}`).join("\n");
  } finally {
    await handle.close();
  }
}
