import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";

/** A daemon that ends with the process that started it. */
export interface TetheredProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Resolves when the daemon has ended, with an error that has its exit status and last lines. */
  readonly ended: Promise<Error>;
  /** Kills it with SIGKILL, because its data is disposable, and waits for its end. Idempotent. */
  kill(): Promise<void>;
}

const tether = readFileSync(join(import.meta.dirname, "tether.sh"), "utf8");

/** Number of a log's last lines in an error. */
const quotedLines = 12;

/**
 * Starts a daemon in its own process group, so that Ctrl-C does not reach it, with its output in `logFile` (mode 0600).
 * Its environment only has PATH and `env`.
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
  // Ignore a pipe closed by the other end; "exit" reports it.
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
