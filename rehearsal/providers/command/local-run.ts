import { spawn } from "node:child_process";
import type { Capture } from "./run-result.ts";
import { commandFailed, longestLoggedLine } from "./run-result.ts";

/** A command on this machine. */
export interface LocalCommand {
  readonly command: string;
  readonly interpreter: readonly string[];
  readonly dir?: string;
  readonly stdin?: string;
  readonly environment: { readonly [name: string]: string };
}

/** Runs the command. @throws the same errors as the genuine provider */
export async function runLocally(what: LocalCommand, capture: Capture, signal: AbortSignal): Promise<void> {
  const [program = "/bin/sh", ...before] = what.interpreter.length > 0 ? what.interpreter : ["/bin/sh", "-c"];
  const child = spawn(program, [...before, what.command], {
    ...(what.dir === undefined ? {} : { cwd: what.dir }),
    env: { ...process.env, ...what.environment },
    stdio: [what.stdin ? "pipe" : "ignore", "pipe", "pipe"],
    signal,
    killSignal: "SIGKILL",
  });
  child.stdout?.on("data", (chunk: Buffer) => capture.add("stdout", chunk));
  child.stderr?.on("data", (chunk: Buffer) => capture.add("stderr", chunk));
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(what.stdin);
  const ended = await new Promise<string | undefined>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (status, killedBy) => resolve(endOf(status, killedBy)));
  });
  capture.end();
  if (capture.overlong) {
    const why = `a line of ${longestLoggedLine} bytes or more was printed, on which the genuine provider hangs unless logging is "none"`;
    throw commandFailed(why, what.command, capture.everything);
  }
  if (ended !== undefined) throw commandFailed(ended, what.command, capture.everything);
}

function endOf(status: number | null, killedBy: NodeJS.Signals | null): string | undefined {
  if (killedBy !== null) return `signal: ${killedBy === "SIGKILL" ? "killed" : killedBy}`;
  return status === 0 ? undefined : `exit status ${status}`;
}
