import { chmodSync, chownSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";

/**
 * Replaces a file atomically, so that a killed process leaves the old text or the new one. Keeps the mode, and for root
 * the owner.
 */
export function replaceFile(path: string, text: string): void {
  const file = realpathSync(path);
  const beside = `${file}.new`;
  const { mode, uid, gid } = statSync(file);
  writeFileSync(beside, text);
  chmodSync(beside, mode & 0o7777);
  if (process.getuid?.() === 0) chownSync(beside, uid, gid);
  renameSync(beside, file);
}
