import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** More than any stack file or certificate chain needs. */
const largest = 1024 ** 2;

/** Why a file was not read. The text continues after the file's name. */
export interface FileFault {
  readonly fault: string;
  /** The file is outside the allowed folder. */
  readonly outside?: boolean;
}

/** Returns the text of a file that a stack file names, why it was rejected, or undefined if it cannot be read. */
export type ReadFile = (path: string) => string | FileFault | undefined;

const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;

/** Folder of this program. */
const clone = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Reads a regular file of at most 1 MiB. Opening never blocks: a FIFO or a device is rejected, even behind a link. */
export function readRegularFile(path: string): ReturnType<ReadFile> {
  try {
    // Checked before opening, because opening a device can have side effects.
    if (!statSync(path).isFile()) return { fault: "is not a regular file" };
    const file = openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    try {
      if (!fstatSync(file).isFile()) return { fault: "is not a regular file" };
      const bytes = Buffer.alloc(largest + 1);
      let length = 0;
      for (let read = 1; read > 0 && length < bytes.length; length += read)
        read = readSync(file, bytes, length, bytes.length - length, null);
      return length > largest ? { fault: "is larger than 1 MiB" } : bytes.toString("utf8", 0, length);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/**
 * Reads files that a stack file names. With symbolic links resolved, they must be inside the clone, or inside the stack
 * file's folder if that is outside the clone. A stack file may come from an untrusted proposal, and a preview reads the
 * files it names.
 */
export function filesBeside(stackFolder: string): ReadFile {
  const root = isInside(clone, resolve(stackFolder)) ? clone : resolve(stackFolder);
  return (path) => {
    const place = root === clone ? "the clone of this project" : "the folder of the stack file";
    const outside = { fault: `is outside ${place}`, outside: true };
    if (path.startsWith("~")) return { fault: "starts with ~, which only a shell expands", outside: true };
    const target = resolve(stackFolder, path);
    if (!isInside(root, target)) return outside;
    const real = realPath(target);
    if (real === undefined) return undefined;
    return isInside(realPath(root) ?? root, real)
      ? readRegularFile(real)
      : { ...outside, fault: `leads ${outside.fault.slice(3)}` };
  };
}

/**
 * Whether a stack file is a link inside the clone that leads out of it. Such a link could come from an untrusted
 * proposal.
 */
export function leavesClone(path: string): boolean {
  if (!isInside(clone, resolve(path))) return false;
  const real = realPath(path);
  return real !== undefined && !isInside(realPath(clone) ?? clone, real);
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && resolve(folder, way) === path;
}
