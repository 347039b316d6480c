import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startOf } from "../../tools/lock.mjs";

const prefix = "rancher-private-";

/**
 * A temporary folder that only this user can read, for secrets that a program reads only from files. Every secret file
 * of a command is in such a folder, and the next command removes the folders of killed processes.
 */
export class PrivateFolder implements Disposable {
  readonly path: string;

  constructor() {
    removeLeftovers();
    // mkdtemp creates it with mode 0700.
    this.path = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}.${startOf(process.pid) ?? ""}-`));
  }

  /** Writes a file that only this user can read. Returns its path. */
  file(name: string, text: string, mode: 0o600 | 0o700 = 0o600): string {
    const path = join(this.path, name);
    writeFileSync(path, text, { mode });
    chmodSync(path, mode);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** Removes folders of killed processes. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    // The process id may have been reused.
    const [, pid, start] = name.match(new RegExp(`^${prefix}(\\d+)\\.(\\d*)-`)) ?? [];
    if (pid === undefined || startOf(Number(pid)) === start) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // It belongs to another user.
    }
  }
}
