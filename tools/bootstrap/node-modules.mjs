import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../child.mjs";
import { step } from "../step.mjs";

/**
 * @typedef {{ version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Locked
 * @typedef {{ packages: Record<string, Locked> }} LockFile
 */

/**
 * Whether node_modules holds what package-lock.json pins: npm notes what it installed in a lock file of its own there,
 * last of all.
 *
 * @param {string} clone
 * @returns {import("./plan.mjs").NodeModules}
 */
export function nodeModulesState(clone) {
  const installed = readLock(join(clone, "node_modules", ".package-lock.json"));
  if (installed === undefined) return "missing";
  const pinned = readLock(join(clone, "package-lock.json"))?.packages ?? {};
  for (const [path, entry] of Object.entries(pinned)) {
    // The entry without a path is the project itself.
    if (path === "" || (installed.packages[path] === undefined && !isFor(entry))) continue;
    if (installed.packages[path]?.version !== entry.version || !existsSync(join(clone, path))) return "outdated";
  }
  return Object.keys(installed.packages).every((path) => path in pinned) ? "fit" : "outdated";
}

/**
 * @param {string} path
 * @returns {LockFile | undefined}
 */
function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * Whether npm installs a package on this machine: optional ones only where they say so.
 *
 * @param {Locked} entry
 */
function isFor({ optional = false, os = [process.platform], cpu = [process.arch], libc }) {
  return !optional || (libc === undefined && os.includes(process.platform) && cpu.includes(process.arch));
}

/**
 * @param {string} clone
 * @param {"missing" | "outdated"} state
 * @param {{ progress: import("../step.mjs").Progress, env: NodeJS.ProcessEnv, log: string, signal: AbortSignal }} options
 * @throws when npm fails, with the end of its output
 */
export async function installNodeModules(clone, state, { progress, env, log, signal }) {
  const why = state === "missing" ? "missing" : "not what package-lock.json pins";
  const command = [
    ...npm(env),
    ...["ci", "--include=dev", "--no-progress"],
    // npm's own waits add up to two minutes before it says that there is no network.
    ...["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"],
  ];
  await step(
    `node modules: ${why}; npm ci installs them`,
    progress,
    async () => {
      const install = () => run(command, { cwd: clone, env, log, signal, tailLines: 200 });
      let { code, tail } = await install();
      // An npm that was killed a moment ago may still have been at work. Another one after that is named below.
      if (code !== 0 && tail.some((line) => line.includes("ENOTEMPTY"))) ({ code, tail } = await install());
      if (code === 0) return;
      const words = reasonIn(tail);
      throw new Error(
        [
          `npm ci ended with ${code}.`,
          ...words.map((line) => `    ${line}`),
          `${remedy(words.join("\n"))} The whole output is in ${log}`,
        ].join("\n"),
      );
    },
    { state: () => installedCount(clone) },
  );
}

/**
 * How many packages of the lock file are in place: `412 of 519 packages`.
 *
 * @param {string} clone
 * @returns {string}
 */
export function installedCount(clone) {
  const locked = Object.entries(readLock(join(clone, "package-lock.json"))?.packages ?? {});
  const wanted = locked.filter(([path, entry]) => path !== "" && isFor(entry));
  const installed = wanted.filter(([path]) => existsSync(join(clone, path, "package.json")));
  return `${installed.length} of ${wanted.length} packages`;
}

/**
 * npm says the reason first, and then at length how it is used.
 *
 * @param {string[]} lines
 * @returns {string[]}
 */
function reasonIn(lines) {
  const errors = lines.filter((line) => !line.startsWith("npm warn"));
  const usage = errors.findIndex((line) => /Clean install a project|A complete log of this run/.test(line));
  return (usage < 0 ? errors : errors.slice(0, usage)).filter((line) => line.trim() !== "npm error").slice(0, 12);
}

/**
 * The npm that called, where one did: it may be another than the one on PATH.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {string[]}
 */
function npm(env) {
  const caller = env["npm_execpath"];
  return caller?.endsWith("npm-cli.js") === true ? [process.execPath, caller] : ["npm"];
}

/**
 * What to do about a failed `npm ci`, from the end of its output.
 *
 * @param {string} words
 * @returns {string}
 */
export function remedy(words) {
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ERR_SOCKET_TIMEOUT/.test(words)) {
    return "npm's registry cannot be reached. Set one that can (npm config set registry URL) or a proxy (npm config set proxy URL), and run this again.";
  }
  if (/ENOTEMPTY/.test(words)) {
    return "Another npm changes node_modules at the same time. Wait until it is done, and run this again.";
  }
  if (/ENOSPC/.test(words))
    return "The disk is full. The node modules take about 400 MB; make room, and run this again.";
  if (/EACCES|EPERM/.test(words)) {
    return "node_modules belongs to somebody else, perhaps from a run with sudo. Remove it, and run this again.";
  }
  if (/not found/.test(words)) return "npm comes with Node (https://nodejs.org/en/download); put it on PATH.";
  if (/in sync/.test(words)) return "package.json was changed by hand: npm install brings package-lock.json along.";
  return "Fix what it names, and run this again.";
}
