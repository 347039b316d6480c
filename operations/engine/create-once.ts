import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Creates a file that only this user can read and that is never partial: it is written under another name, synced, and
 * then gets its name. An existing file is kept, even if two processes create it at the same time.
 *
 * @throws if it cannot be written, as on a full disk; nothing is left behind
 */
export function createOnce(path: string, content: () => string): void {
  if (existsSync(path)) return;
  const temporary = `${path}.${process.pid}.new`;
  try {
    write(temporary, content());
    // Unlike a rename, a link never replaces the file of a faster process.
    linkSync(temporary, path);
    sync(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function write(path: string, content: string): void {
  rmSync(path, { force: true }); // left by a killed process with the same id
  const file = openSync(path, "wx", 0o600);
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function sync(folder: string): void {
  const file = openSync(folder, "r");
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
