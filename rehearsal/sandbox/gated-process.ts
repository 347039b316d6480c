import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Writable } from "node:stream";
import type { Ledger } from "./ledger.ts";
import { identify, type ProcessIdentity } from "./process-identity.ts";

/** A standard stream: a pipe, nothing, this process's own, or an open file. */
export type Stream = "pipe" | "ignore" | "inherit" | number;

export interface GatedOptions {
  /** Standard input, output and error. @default nothing, nothing, nothing */
  readonly stdio?: readonly [Stream, Stream, Stream];
  /** The complete environment. @default PATH only */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Whether this process keeps a network namespace of the sandbox alive. @default false */
  readonly holdsNetwork?: boolean;
}

/** A process of a sandbox, recorded in the ledger. */
export interface GatedProcess extends ProcessIdentity {
  readonly child: ChildProcess;
}

const gate = readFileSync(join(import.meta.dirname, "gate.sh"), "utf8");

/** PATH of processes that a sandbox starts on this machine. */
export const machinePath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/**
 * Starts a process that is always on record: it executes its command only after it is in the ledger, and exits if this
 * process is killed before that. It runs in its own session, so that Ctrl-C only reaches the rehearsal.
 */
export function startGated(
  ledger: Ledger,
  what: string,
  command: readonly string[],
  options: GatedOptions = {},
): GatedProcess {
  const [stdin, stdout, stderr] = options.stdio ?? ["ignore", "ignore", "ignore"];
  const child: ChildProcess = spawn("/bin/bash", ["-c", gate, what, ...command], {
    cwd: options.cwd ?? "/",
    env: options.env ?? { PATH: machinePath },
    stdio: [stdin, stdout, stderr, "pipe"],
    detached: true,
  });
  child.on("error", () => undefined); // Reported below, when there is no process id.
  const opening = child.stdio[3] as Writable;
  opening.on("error", () => undefined);
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined) throw new Error(`${what} did not start: ${command.join(" ")}`);
  try {
    ledger.add(identity, what, { holdsNetwork: options.holdsNetwork ?? false });
  } catch (error) {
    opening.destroy();
    throw error;
  }
  opening.end("go\n");
  return { ...identity, child };
}
