import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import type { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../../operations/user-error.ts";
import { runCommand } from "../../../rehearsal/sandbox/command.ts";
import { clearLeftovers } from "../../../rehearsal/sandbox/leftovers.ts";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { processors } from "./bench-machine.ts";

/** Runs something in a sandbox that ends with it, even if it is interrupted or killed. */
export async function inBenchSandbox(work: (sandbox: Sandbox, ended: AbortSignal) => Promise<void>): Promise<void> {
  await clearLeftovers({ progress: console.error });
  const folder = mkdtempSync(join(tmpdir(), "bench-nginx-"));
  startCleaner(folder);
  const sandbox = await createSandbox({ folder, progress: console.error });
  const interruption = new AbortController();
  const interrupt = (): void => {
    interruption.abort();
    void sandbox.close(); // Whatever is being measured then fails.
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, interrupt);
  // This process sends requests too. The load balancer's processor is reserved for the load balancer.
  await runCommand(["taskset", "-a", "-p", "-c", processors.others, String(process.pid)]);
  try {
    await work(sandbox, interruption.signal);
  } catch (error) {
    throw interruption.signal.aborted ? new UserError("interrupted; everything was cleaned up") : error;
  } finally {
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts the process that cleans up if this one is killed: its standard input ends with this process. */
function startCleaner(folder: string): void {
  const args = ["--import", import.meta.resolve("tsx"), join(import.meta.dirname, "cleaner.ts"), folder];
  // A separate session, so that Ctrl-C does not reach it.
  const cleaner = spawn(process.execPath, args, { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  cleaner.unref();
  (cleaner.stdin as Socket).unref();
}
