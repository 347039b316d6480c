import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "../child.mjs";
import { duration, step } from "../step.mjs";
import { describe } from "./plan.mjs";
import { POLICY, withoutDaemons } from "./policy-rc.mjs";

/** @typedef {import("./plan.mjs").MachinePackage} MachinePackage */

/**
 * Whether a command is on PATH or where administrators' commands are, which is not on everybody's PATH.
 *
 * @param {string} command
 * @param {string | undefined} PATH
 * @returns {boolean}
 */
export function hasCommand(command, PATH = "") {
  const folders = [...PATH.split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"].filter((folder) =>
    isAbsolute(folder),
  );
  return folders.some((folder) => has(join(folder, command), constants.X_OK));
}

/**
 * @param {MachinePackage[]} packages
 * @param {string | undefined} PATH
 * @returns {MachinePackage[]}
 */
export function missingPackages(packages, PATH) {
  /** @param {string} proof */
  const here = (proof) => (isAbsolute(proof) ? has(proof, constants.R_OK) : hasCommand(proof, PATH));
  return packages.filter(({ proof }) => !proof.every(here));
}

/**
 * @param {string} path
 * @param {number} mode
 */
function has(path, mode) {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}

/**
 * Installs Debian packages on this machine, named first, without starting a daemon.
 *
 * @param {MachinePackage[]} packages
 * @param {{ progress: import("../step.mjs").Progress, env: NodeJS.ProcessEnv, log: string, policy?: string,
 *   lockTimeout?: number, pollTime?: number, signal?: AbortSignal | undefined }} options
 *   how long to wait for another process that installs packages, in milliseconds
 * @throws when apt-get fails, with the end of its output
 */
export async function installMachinePackages(packages, options) {
  const { progress, policy = POLICY } = options;
  progress(`this machine gets Debian packages (no daemon is started):\n${describe(packages)}`);
  const names = packages.map(({ name }) => name);
  await withoutDaemons(async () => {
    // Where the lists of packages cannot be renewed, those that are here may do.
    await step("apt-get update", progress, () => aptGet(["update"], options));
    const install = ["install", "--yes", "--no-install-recommends", ...names];
    await step(`apt-get install ${names.join(" ")}`, progress, async () => {
      const { code, tail } = await aptGet(install, options);
      if (code === 0) return;
      throw new Error(
        [
          `apt-get install ${names.join(" ")} ended with ${code}.`,
          ...tail.map((line) => `    ${line}`),
          `${remedy(tail.join("\n"))} The whole output is in ${options.log}`,
        ].join("\n"),
      );
    });
  }, policy);
}

/**
 * @param {string[]} words
 * @param {Parameters<typeof installMachinePackages>[1]} options
 */
async function aptGet(words, { progress, env, log, signal, lockTimeout = 300_000, pollTime = 2_000 }) {
  const quiet = { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1", LC_ALL: "C.UTF-8" };
  const start = performance.now();
  for (let said = false; ; said = true) {
    signal?.throwIfAborted();
    // Not interrupted half way, not even by Ctrl-C: half-configured packages are worse than a minute's wait.
    const ended = await run(["apt-get", "-o", "Dpkg::Use-Pty=0", ...words], {
      env: { ...env, ...quiet },
      log,
      uninterrupted: true,
    });
    // apt's own DPkg::Lock::Timeout does not cover the lock of the lists, so both are waited for here.
    const lock =
      ended.code === 0
        ? undefined
        : ended.tail.find((line) => /Could not get lock|Unable to (acquire|lock)/.test(line));
    if (lock === undefined) return ended;
    if (performance.now() - start > lockTimeout) {
      throw new Error(
        `Another process has been installing packages for ${duration(lockTimeout)}: ${lock} Wait until it is done, and run this again.`,
      );
    }
    if (!said) progress("waiting for another process that installs packages");
    await pause(pollTime, undefined, { signal });
  }
}

/**
 * What to do about a failed `apt-get install`, from the end of its output.
 *
 * @param {string} words
 * @returns {string}
 */
export function remedy(words) {
  if (
    /Unable to locate package|Unable to fetch|Could not resolve|Temporary failure resolving|Failed to fetch/.test(words)
  ) {
    return "The package servers cannot be reached, or do not have it: look at /etc/apt/sources.list and the network (apt-get update), and run this again.";
  }
  if (/dpkg was interrupted|dpkg --configure -a/.test(words)) return "Run dpkg --configure -a, and then this again.";
  if (/No space left|enough free space/i.test(words)) return "The disk is full; make room, and run this again.";
  return "Fix what it names, and run this again.";
}
