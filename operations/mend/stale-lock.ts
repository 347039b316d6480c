import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { isAlive } from "../living-process.ts";

/** As Pulumi writes it (`pkg/backend/diy/lock.go`). */
interface Lock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  readonly timestamp: string;
}

/**
 * Removes the locks of engines that died on this machine; Pulumi's own have no end of their own.
 *
 * @param backend URL of the state; only a folder of this machine (`file://`) is looked at
 * @returns what was removed, a line each
 * @throws when a living engine, or one on another machine, holds the stack
 */
export function removeStaleLocks(backend: string, project: string, stack: string): string[] {
  if (!backend.startsWith("file://")) return [];
  const folder = join(folderOf(backend), ".pulumi", "locks", "organization", project, stack);
  if (!existsSync(folder)) return [];
  const locks = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => ({ path: join(folder, name), lock: readLock(join(folder, name)) }));
  for (const { lock } of locks) refuseLiving(lock, stack);
  return locks.map(({ path, lock }) => {
    rmSync(path, { force: true });
    return `the lock of process ${lock.pid}, which ended without giving it back (${lock.timestamp})`;
  });
}

function refuseLiving(lock: Lock, stack: string): void {
  if (lock.hostname !== hostname()) {
    throw new Error(
      `${stack} is locked since ${lock.timestamp} by ${lock.username} on ${lock.hostname}. ` +
        `If nothing runs there any more: pulumi cancel --stack ${stack}`,
    );
  }
  if (isAlive(lock.pid)) {
    throw new Error(
      `${stack} is being changed since ${lock.timestamp} by process ${lock.pid} of ${lock.username}. ` +
        "Wait for it, or end it.",
    );
  }
}

function readLock(path: string): Lock {
  try {
    const lock = JSON.parse(readFileSync(path, "utf8")) as Partial<Lock> | null;
    // A pid below 1 would ask about a whole group of processes.
    if (Number.isInteger(lock?.pid) && Number(lock?.pid) > 0 && lock?.hostname !== undefined) return lock as Lock;
  } catch {
    // said below
  }
  throw new Error(`${path} is not a lock that Pulumi wrote. Look at it, and remove it if nothing runs.`);
}

/** As Pulumi reads it: `file://~` (what `pulumi login --local` says) is the home folder, and it may be relative. */
function folderOf(backend: string): string {
  const path = decodeURIComponent(backend.slice("file://".length));
  return path.startsWith("~") ? join(homedir(), path.slice(1)) : resolve(path);
}
