import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = join(import.meta.dirname, "fake-rancher-server.ts");

/** Puts an executable into a folder that takes a Rancher server's words and answers like one; gives its path. */
export function makeFakeRancher(folder: string): string {
  // It is started in another folder, from which `tsx` is not to be found by its name.
  const tsx = fileURLToPath(import.meta.resolve("tsx"));
  return makeExecutable(folder, `exec '${process.execPath}' --import 'file://${tsx}' '${program}' "$@"`);
}

/** Puts an executable shell script into a folder; gives its path. */
export function makeExecutable(folder: string, script: string, name = "rancher"): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
