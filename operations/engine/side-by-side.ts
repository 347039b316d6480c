import { copyFileSync, linkSync, mkdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/**
 * Returns the folders of these executables, linked into one folder if they are apart: the Pulumi CLI warns on every run
 * about a language host that is not beside it. A symbolic link does not help, because the CLI resolves its own path.
 */
export function sideBySide(paths: readonly string[], folder: string): string[] {
  const folders = [...new Set(paths.map((path) => dirname(path)))];
  if (folders.length <= 1) return folders;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const path of paths) placeBeside(path, join(folder, basename(path)));
  return [folder];
}

function placeBeside(path: string, place: string): void {
  const [there, wanted] = [statSync(place, { throwIfNoEntry: false }), statSync(path)];
  const same = there?.size === wanted.size && there.mtimeMs === wanted.mtimeMs;
  if (same) return;
  rmSync(place, { force: true });
  try {
    linkSync(path, place);
  } catch {
    copyFileSync(path, place); // another file system
    utimesSync(place, wanted.atime, wanted.mtime);
  }
}
