import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** More than any stack file or certificate chain needs. */
const largest = 1024 ** 2;

/** Why a file was not read: starts where its name ends. */
export interface FileFault {
  readonly fault: string;
  /** The file lies in another place than files of a stack may. */
  readonly outside?: boolean;
}

/** Text of a file that a stack file names, why it was refused, or nothing where it cannot be read. */
export type ReadFile = (path: string) => string | FileFault | undefined;

const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants;

/** Folder of this program. */
const clone = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * Reads a regular file of 1 MiB at most. Opening never waits: a FIFO or a device is refused, however it is named.
 */
export function readRegularFile(path: string): ReturnType<ReadFile> {
  try {
    // Before it is opened, as opening a device may do something.
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
 * Reads files that a stack file names. They have to be inside the clone, symbolic links followed; where the stack file is
 * kept elsewhere, inside its own folder. Anybody may propose a stack file, and what it names is read wherever it is
 * previewed.
 */
export function filesBeside(stackFolder: string): ReadFile {
  const root = isInside(clone, resolve(stackFolder)) ? clone : resolve(stackFolder);
  return (path) => {
    const place = root === clone ? "the clone of this project" : "the folder of the stack file";
    const outside = { fault: `is outside ${place}`, outside: true };
    if (path.startsWith("~")) return { fault: "starts with ~, which only a shell understands", outside: true };
    const target = resolve(stackFolder, path);
    if (!isInside(root, target)) return outside;
    const real = realPath(target);
    if (real === undefined) return undefined;
    return isInside(realPath(root) ?? root, real)
      ? readRegularFile(real)
      : { ...outside, fault: `leads ${outside.fault.slice(3)}` };
  };
}

/** Whether a stack file is a link inside the clone that leads out of it: whoever proposed the link chose what is read. */
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
