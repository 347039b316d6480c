import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join, resolve } from "node:path";
import { UserError } from "../user-error.ts";
import { processStart } from "../engine/process-start.ts";
import { shownPath } from "../stack/shown-path.ts";

/** The format of Pulumi's locks (`pkg/backend/diy/lock.go`). */
interface Lock {
  readonly pid: number;
  readonly username: string;
  readonly hostname: string;
  /** When the lock was taken, RFC 3339. */
  readonly timestamp: string;
}

/** Milliseconds by which the start time of ps, in whole seconds, may be later than the real one. */
const tolerance = 1000;

/**
 * Removes the locks of engines that died on this machine. Pulumi itself never removes such a lock.
 *
 * @param backend URL of the state; only a folder on this machine (`file://`) is checked
 * @returns one line per removed lock
 * @throws if a running engine, or one on another machine, holds the lock
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
    return `the lock of process ${lock.pid}, which ended without releasing it (${lock.timestamp})`;
  });
}

function refuseLiving(lock: Lock, stack: string): void {
  if (lock.hostname !== hostname()) {
    throw new UserError(
      `${stack} has been locked since ${lock.timestamp} by ${lock.username} on ${lock.hostname}. ` +
        `If nothing runs there any more: npm run pulumi -- cancel --stack ${stack}`,
    );
  }
  if (holdsLock(lock)) {
    throw new UserError(
      `${stack} has been in use since ${lock.timestamp} by process ${lock.pid} of ${lock.username}. ` +
        "Wait until it ends, or end it.",
    );
  }
}

/** Whether the process that took the lock still runs. A process that started later has only reused its id. */
function holdsLock({ pid, timestamp }: Lock): boolean {
  const start = processStart(pid);
  const taken = Date.parse(timestamp);
  return start !== undefined && !(start.getTime() > taken + tolerance);
}

function readLock(path: string): Lock {
  try {
    const lock = JSON.parse(readFileSync(path, "utf8")) as Partial<Lock> | null;
    // A pid below 1 would mean a whole process group.
    if (Number.isInteger(lock?.pid) && Number(lock?.pid) > 0 && lock?.hostname !== undefined) return lock as Lock;
  } catch {
    // reported below
  }
  throw new UserError(`${shownPath(path)} is not a valid Pulumi lock. Inspect it, and remove it if nothing runs.`);
}

/** As in Pulumi: `file://~`, from `pulumi login --local`, is the home folder, and the path may be relative. */
function folderOf(backend: string): string {
  const path = decodeURIComponent(backend.slice("file://".length));
  return path.startsWith("~") ? join(homedir(), path.slice(1)) : resolve(path);
}
