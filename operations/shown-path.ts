import { isAbsolute, relative, sep } from "node:path";
import { printable } from "../components/printable.ts";

/** A path as messages show it: from the current folder where it is inside, and as it is elsewhere. */
export function shownPath(path: string, folder: string = process.cwd()): string {
  const way = relative(folder, path);
  const isInside = way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
  return printable(isInside ? way : path);
}
