import { execFile } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import semver from "semver";
import { GO_VERSION } from "../versions.mjs";

const execute = promisify(execFile);

/** Where Go's instructions install it, which is often not on root's PATH. */
const usual = ["/usr/local/go/bin/go", join(homedir(), "go", "bin", "go"), "/usr/lib/go/bin/go"];

/**
 * A Go that can build the module in a folder.
 *
 * @param {string} folder
 * @param {NodeJS.ProcessEnv} env
 * @param {string[]} [elsewhere] paths to try if there is none on PATH
 * @returns {Promise<string>}  the command
 * @throws if there is none, or only versions that are too old
 */
export async function findGo(folder, env, elsewhere = usual) {
  let found = "no Go is installed";
  for (const command of ["go", ...elsewhere]) {
    try {
      // In the module's folder, so that Go fetches the toolchain of go.mod now, if GOTOOLCHAIN allows it.
      const { stdout } = await execute(command, ["env", "GOVERSION"], { cwd: folder, env });
      const version = semver.coerce(stdout);
      if (version !== null && semver.gte(version, `${GO_VERSION}.0`)) return command;
      found = `${command} is ${stdout.trim()}`;
    } catch (error) {
      const { code, stderr = "" } = /** @type {{ code?: unknown, stderr?: string }} */ (error);
      if (code !== "ENOENT") found = `${command} failed: ${stderr.trim().split("\n").at(-1) ?? code}`;
    }
  }
  throw new Error(`building needs Go ${GO_VERSION} or newer, but ${found}. Install it from https://go.dev/dl/.`);
}
