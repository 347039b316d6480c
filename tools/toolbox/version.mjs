import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const execute = promisify(execFile);

/**
 * Asks an executable for its version.
 *
 * @param {string} path
 * @param {string[]} ask      see `ToolPin.ask`
 * @param {number} [timeout] milliseconds; a slower executable counts as broken
 * @returns {Promise<string | undefined>} `1.34.1`, or undefined if it prints none
 */
export async function askVersion(path, ask, timeout = 10_000) {
  try {
    // Otherwise Pulumi looks for a newer release, and waits for a network timeout.
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_AUTOMATION_API_SKIP_VERSION_CHECK: "true" };
    const { stdout } = await execute(path, ask, { timeout, env });
    return versionIn(stdout);
  } catch {
    return undefined;
  }
}

/**
 * The first version with three parts in a text: `3.6.5` in `etcd Version: 3.6.5`.
 * @param {string} text
 * @returns {string | undefined}
 */
export function versionIn(text) {
  return /(?<![\d.])v?(\d+\.\d+\.\d+(?:[-+][0-9A-Za-z.+-]+)?)(?!\.?\d)/.exec(text)?.[1];
}

/**
 * The version of a module an executable was built from, as Go's linker recorded it in the executable
 * (`go version -m`; format: https://pkg.go.dev/runtime/debug#BuildInfo.String).
 *
 * @param {string} path
 * @param {string} module  import path
 * @returns {Promise<string | undefined>} undefined if it was not, or not from a released version
 */
export async function builtFrom(path, module) {
  const bytes = await readFile(path);
  for (const word of ["mod", "dep"]) {
    const start = bytes.indexOf(`\n${word}\t${module}\tv`);
    if (start >= 0) return versionIn(bytes.toString("latin1", start, start + 200));
  }
  return undefined;
}
