import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const program = join(import.meta.dirname, "fake-rancher-server.ts");

/** Creates an executable that accepts a Rancher server's arguments and responds like one. Returns its path. */
export function makeFakeRancher(folder: string): string {
  // It is started in another folder, where `tsx` cannot be found by its name.
  const tsx = fileURLToPath(import.meta.resolve("tsx"));
  return makeExecutable(folder, `exec '${process.execPath}' --import 'file://${tsx}' '${program}' "$@"`);
}

/** Creates an executable shell script. Returns its path. */
export function makeExecutable(folder: string, script: string, name = "rancher"): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return file;
}
