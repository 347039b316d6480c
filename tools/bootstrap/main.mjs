import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { withLock } from "../lock.mjs";
import { progressTo } from "../progress.mjs";
import { hasCommand, installMachinePackages, missingPackages } from "./machine-packages.mjs";
import { installNodeModules, nodeModulesState } from "./node-modules.mjs";
import { MACHINE_PACKAGES, plan } from "./plan.mjs";
import { policyLeftBehind, restorePolicy } from "./policy-rc.mjs";

/**
 * @typedef {import("./plan.mjs").Purpose} Purpose
 * @typedef {import("./plan.mjs").Step} Step
 */

/** @type {Record<Purpose, string>} */
const purposes = {
  start: "rehearse a stack: packages on this machine, node modules, every tool",
  test: "run every test: the same as start for root on Linux, otherwise node modules",
  check: "check the sources: shellcheck, node modules",
  up: "bring a stack up: node modules, the Pulumi CLI and its language host",
  node: "do anything else: node modules",
};

const clone = fileURLToPath(new URL("../..", import.meta.url));
const env = process.env;

const progress = progressTo(process.stderr, (line) => `bootstrap: ${line}`);

/**
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
export async function main(args) {
  const purpose = Object.keys(purposes).find((each) => each === args[0]);
  if (purpose === undefined || args.length !== 1) {
    const lines = Object.entries(purposes).map(([name, what]) => `  ${name.padEnd(6)} ${what}`);
    console.error(`node tools/bootstrap.mjs <purpose> installs what is needed to\n${lines.join("\n")}`);
    return 2;
  }
  return bootstrap(/** @type {Purpose} */ (purpose));
}

/**
 * Installs what a purpose needs. Prints its steps and errors.
 *
 * @param {Purpose} purpose
 * @returns {Promise<number>} exit code
 */
export async function bootstrap(purpose) {
  const interrupted = new AbortController();
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  /** @param {NodeJS.Signals} name */
  const stop = (name) => interrupted.abort(new Error(`stopped by ${name}; run this again to continue`));
  for (const name of signals) process.on(name, stop);
  try {
    await makeReady(purpose, interrupted.signal);
    return 0;
  } catch (error) {
    progress(/** @type {Error} */ (error).message);
    return interrupted.signal.aborted ? 130 : 1;
  } finally {
    for (const name of signals) process.off(name, stop);
  }
}

/**
 * @param {Purpose} purpose
 * @param {AbortSignal} signal
 * @throws if something is missing and cannot be installed
 */
async function makeReady(purpose, signal) {
  const { steps, notes, problems } = plan(purpose, await facts());
  for (const note of notes) progress(note);
  if (problems.length > 0) throw new Error(problems.join("\n"));

  const [getTools, install] = [steps.filter(isTools), steps.filter((step) => !isTools(step))];
  if (install.length > 0) {
    const lock = join(clone, ".state", "bootstrap.lock");
    await withLock(lock, "installing packages", () => installNow(purpose, signal), { progress, signal });
  }
  for (const { names } of getTools) {
    // Only after the node modules are installed, because it reads versions with one of them.
    const { tools } = await import("../toolbox.mjs");
    await tools(names, { progress, signal, env });
  }
}

/**
 * Does the remaining steps. Another run may have done some while this one waited.
 *
 * @param {Purpose} purpose
 * @param {AbortSignal} signal
 */
async function installNow(purpose, signal) {
  const logs = join(clone, ".state", "logs");
  await mkdir(logs, { recursive: true, mode: 0o700 });
  for (const step of plan(purpose, await facts()).steps) {
    switch (step.kind) {
      case "restore-policy":
        progress("an earlier run was killed while it installed packages: removing its policy-rc.d");
        await onThisMachine(restorePolicy, signal);
        break;
      case "machine-packages": {
        const options = { progress, env, log: join(logs, "apt-get.log"), signal };
        await onThisMachine(() => installMachinePackages(step.packages, options), signal);
        break;
      }
      case "node-modules":
        await installNodeModules(clone, step.state, { progress, env, log: join(logs, "npm-ci.log"), signal });
        break;
      case "tools":
        break;
    }
  }
}

/**
 * All clones share the machine's packages: two must not change them at the same time. Only root can write to /run.
 *
 * @param {() => Promise<void>} work
 * @param {AbortSignal} signal
 */
const onThisMachine = (work, signal) =>
  withLock("/run/rancher-bootstrap.lock", "installing packages on this machine", work, { progress, signal });

/**
 * @returns {Promise<import("./plan.mjs").Facts>}
 */
async function facts() {
  return {
    platform: process.platform,
    root: process.getuid?.() === 0,
    apt: hasCommand("apt-get", env["PATH"]),
    nodeModules: nodeModulesState(clone),
    missingPackages: missingPackages(MACHINE_PACKAGES, env["PATH"]),
    policyLeftBehind: await policyLeftBehind(),
  };
}

/**
 * @param {Step} step
 * @returns {step is Extract<Step, { kind: "tools" }>}
 */
const isTools = (step) => step.kind === "tools";
