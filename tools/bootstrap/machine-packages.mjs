import { accessSync, constants } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { run } from "../child.mjs";
import { duration, step } from "../step.mjs";
import { describe } from "./plan.mjs";
import { POLICY, withoutDaemons } from "./policy-rc.mjs";

/** @typedef {import("./plan.mjs").MachinePackage} MachinePackage */

/**
 * Whether a command is on PATH or in a folder of administrators' commands, which is not on every user's PATH.
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
 * Installs Debian packages on this machine without starting a daemon. Prints their names first.
 *
 * @param {MachinePackage[]} packages
 * @param {{ progress: import("../step.mjs").Progress, env: NodeJS.ProcessEnv, log: string, policy?: string,
 *   lockTimeout?: number, pollTime?: number, signal?: AbortSignal | undefined }} options
 *   how long to wait for another process that installs packages, in milliseconds
 * @throws if apt-get fails, with the end of its output
 */
export async function installMachinePackages(packages, options) {
  const { progress, policy = POLICY } = options;
  progress(`installing Debian packages on this machine (no daemon is started):\n${describe(packages)}`);
  const names = packages.map(({ name }) => name);
  await withoutDaemons(async () => {
    // If the package lists cannot be updated, the present ones may be enough.
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
 * @param {string[]} args
 * @param {Parameters<typeof installMachinePackages>[1]} options
 */
async function aptGet(args, { progress, env, log, signal, lockTimeout = 300_000, pollTime = 2_000 }) {
  const quiet = { DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_SUSPEND: "1", LC_ALL: "C.UTF-8" };
  const start = performance.now();
  for (let said = false; ; said = true) {
    signal?.throwIfAborted();
    // Never interrupted, not even by Ctrl-C: half-configured packages are worse than a minute's wait.
    const ended = await run(["apt-get", "-o", "Dpkg::Use-Pty=0", ...args], {
      env: { ...env, ...quiet },
      log,
      uninterrupted: true,
    });
    // apt's DPkg::Lock::Timeout does not cover the lock of the package lists, so this code waits for both.
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
 * @param {string} output
 * @returns {string}
 */
export function remedy(output) {
  if (
    /Unable to locate package|Unable to fetch|Could not resolve|Temporary failure resolving|Failed to fetch/.test(
      output,
    )
  ) {
    return "The package servers cannot be reached, or do not have the package: check /etc/apt/sources.list and the network (apt-get update), and run this again.";
  }
  if (/dpkg was interrupted|dpkg --configure -a/.test(output)) return "Run dpkg --configure -a, then run this again.";
  if (/No space left|enough free space/i.test(output)) return "The disk is full; make room, and run this again.";
  return "Fix the reported error, and run this again.";
}
