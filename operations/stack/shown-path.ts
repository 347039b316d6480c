import { isAbsolute, relative, sep } from "node:path";
import { printable } from "../../components/program/printable.ts";

/** A path for messages: relative if it is inside the current folder, otherwise unchanged. */
export function shownPath(path: string, folder: string = process.cwd()): string {
  const way = relative(folder, path);
  const isInside = way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  return printable(isInside ? way : path);
}
