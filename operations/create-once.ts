import { closeSync, existsSync, fsyncSync, linkSync, openSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";

/**
 * Creates a file, readable by this user alone, that must never be partial: it is written beside its place and synced, and
 * gets its name only then. A file that is already there stays as it is, also when two processes create it at once.
 *
 * @throws when it cannot be written, as on a full disk; nothing is left behind then
 */
export function createOnce(path: string, content: () => string): void {
  if (existsSync(path)) return;
  const temporary = `${path}.${process.pid}.new`;
  try {
    write(temporary, content());
    // A link, unlike a rename, never replaces the file of a process that was quicker.
    linkSync(temporary, path);
    sync(dirname(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

function write(path: string, content: string): void {
  rmSync(path, { force: true }); // of a process with this id that was killed
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
