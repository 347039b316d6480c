import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "./living-process.ts";

const prefix = "rancher-private-";

/** A folder that only this user can look into, for as long as it is used. */
export class PrivateFolder implements Disposable {
  readonly path: string;

  constructor() {
    removeLeftovers();
    // mkdtemp makes it with mode 0700.
    this.path = mkdtempSync(join(tmpdir(), `${prefix}${process.pid}-`));
  }

  /** Writes a file for this user alone; answers its path. */
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

/** Folders of processes that were killed before they could take theirs away. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    const [, pid] = name.match(new RegExp(`^${prefix}(\\d+)-`)) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(tmpdir(), name), { recursive: true, force: true });
    } catch {
      // Somebody else's.
    }
  }
}
