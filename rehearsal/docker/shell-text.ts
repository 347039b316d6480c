import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The text of a shell file in this folder. */
export function shellText(name: string): string {
  return readFileSync(join(import.meta.dirname, name), "utf8");
}
