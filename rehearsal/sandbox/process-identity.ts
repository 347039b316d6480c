import { readFileSync, readlinkSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Identifies a process uniquely during one boot: the kernel reuses ids, but not with the same start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of proc_pid_stat(5). */
  readonly started: number;
}

/** The kernel's id of the running boot. Processes recorded under another one no longer exist. */
export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** The identity of a process, or undefined when no process has this id (zombies do not count). */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may contain blanks and parentheses.
    const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : { pid, started: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

/** Whether this very process still runs. */
export function isAlive(process: ProcessIdentity): boolean {
  return identify(process.pid)?.started === process.started;
}

/** Kills this process, but never another one that got its id. Returns whether it was alive. */
export function killProcess(target: ProcessIdentity): boolean {
  if (!isAlive(target)) return false;
  try {
    process.kill(target.pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

/** Waits until none of the processes runs, at most `milliseconds`. Returns those that still run. */
export async function waitUntilGone(
  processes: readonly ProcessIdentity[],
  milliseconds = 5000,
): Promise<ProcessIdentity[]> {
  const until = Date.now() + milliseconds;
  for (;;) {
    const left = processes.filter(isAlive);
    if (left.length === 0 || Date.now() > until) return left;
    await sleep(10);
  }
}

/** Every process in the network namespace of the given one, itself included. */
export function sharersOfNetwork(holder: ProcessIdentity): ProcessIdentity[] {
  const namespace = networkNamespace(holder.pid);
  if (!isAlive(holder) || namespace === undefined || namespace === networkNamespace(process.pid)) return [];
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && networkNamespace(Number(name)) === namespace)
    .flatMap((name) => identify(Number(name)) ?? []);
}

function networkNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}
