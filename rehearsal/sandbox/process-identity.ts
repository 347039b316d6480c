import { readFileSync, readlinkSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process as it can be known again later: ids are reused, an id with its start time on one boot is not. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks after boot, field 22 of proc_pid_stat(5). */
  readonly started: number;
}

/** The kernel's id of the running boot: what was recorded under another one is gone. */
export function bootId(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}

/** Who a process is, or undefined when there is none with this id (a zombie counts as none). */
export function identify(pid: number): ProcessIdentity | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in parentheses may itself hold blanks and parentheses.
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

/** Kills this very process, never another one that got its id; true when it was alive. */
export function killProcess(target: ProcessIdentity): boolean {
  if (!isAlive(target)) return false;
  try {
    process.kill(target.pid, "SIGKILL");
    return true;
  } catch {
    return false;
  }
}

/** Waits until none of the processes runs, up to so many milliseconds; gives those that still do. */
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

/** Every process in the same network namespace as the given one, itself included. */
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
