import { execFile } from "node:child_process";
import { accessSync, constants, realpathSync, statSync } from "node:fs";
import { tmpdir } from "node:os";

import { UserError } from "../../operations/user-error.ts";

/** The user's Rancher server binary. */
export interface RancherBinary {
  readonly path: string;
  /** Version that `--version` prints, such as `v2.15.2`; not set if it prints none. */
  readonly version?: string;
}

/** Timeout of `--version`, in milliseconds. */
const timeout = 15_000;

/** Errors of the system for files of another format, and exit codes of the shell with which Node then runs them. */
const notExecutable = new Set<unknown>(["ENOEXEC", "ENOENT", "EACCES", 126, 127]);

/**
 * Checks a Rancher server binary before the rehearsal creates anything, and reads its version.
 *
 * @throws UserError when there is no such file, or it cannot be executed.
 */
export async function findRancherBinary(path: string): Promise<RancherBinary> {
  const remedy = "Give the path of a Rancher server's executable for this machine.";
  const problem = (fact: string) => new UserError(`--rancher ${path}: ${fact}. ${remedy}`);
  const facts = statSync(path, { throwIfNoEntry: false });
  if (!facts) throw problem("there is no such file");
  if (!facts.isFile()) throw problem("this is not a file");
  try {
    accessSync(path, constants.X_OK);
  } catch {
    throw problem("the file is not executable");
  }
  // It is started in another folder, so the path must be absolute.
  const found = realpathSync(path);
  const version = await versionOf(found).catch((error: { code?: unknown }) => {
    if (notExecutable.has(error.code)) throw problem(`this machine cannot execute it (${error.code})`);
    return undefined;
  });
  return { path: found, ...(version !== undefined && { version }) };
}

/** The version in the last line of `--version`: `rancher version v2.15.2 (0a1b2c3)`. */
function versionOf(path: string): Promise<string | undefined> {
  // Without the variable, Rancher first tries to read the files of its container.
  const env = { PATH: process.env["PATH"] ?? "", HOME: tmpdir(), CATTLE_DEV_MODE: "true" };
  return new Promise((done, failed) => {
    const options = { env, cwd: tmpdir(), timeout: timeout, killSignal: "SIGKILL" } as const;
    execFile(path, ["--version"], options, (error, stdout) => {
      if (error) failed(error);
      else done(/\bv?\d+\.\d+\.\d+[\w.+-]*/.exec(stdout)?.[0]);
    });
  });
}
