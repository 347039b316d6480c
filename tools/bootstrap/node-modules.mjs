import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../child.mjs";
import { step } from "../step.mjs";

/**
 * @typedef {{ version?: string, optional?: boolean, os?: string[], cpu?: string[], libc?: string[] }} Locked
 * @typedef {{ packages: Record<string, Locked> }} LockFile
 */

/**
 * Whether node_modules matches package-lock.json. npm records what it installed in its own lock file there, as its last
 * step.
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
 * Whether npm installs a package on this machine: optional ones only on the platforms they name.
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
 * @throws if npm fails, with the end of its output
 */
export async function installNodeModules(clone, state, { progress, env, log, signal }) {
  const why = state === "missing" ? "missing" : "not what package-lock.json pins";
  const command = [
    ...npm(env),
    ...["ci", "--include=dev", "--no-progress"],
    // npm's default retries add up to two minutes before it reports that there is no network.
    ...["--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"],
  ];
  await step(
    `node modules: ${why}; npm ci installs them`,
    progress,
    async () => {
      const install = () => run(command, { cwd: clone, env, log, signal, tailLines: 200 });
      let { code, tail } = await install();
      // A recently killed npm may still have been working. If it fails again, another npm is running; see below.
      if (code !== 0 && tail.some((line) => line.includes("ENOTEMPTY"))) ({ code, tail } = await install());
      if (code === 0) return;
      const reason = reasonIn(tail);
      throw new Error(
        [
          `npm ci ended with ${code}.`,
          ...reason.map((line) => `    ${line}`),
          `${remedy(reason.join("\n"))} The whole output is in ${log}`,
        ].join("\n"),
      );
    },
    { state: () => installedCount(clone) },
  );
}

/**
 * How many packages of the lock file are installed: `412 of 519 packages`.
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
 * npm prints the reason first, and then its usage.
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
 * The npm that started this process, if one did. It may differ from the one on PATH.
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
 * @param {string} output
 * @returns {string}
 */
export function remedy(output) {
  if (/ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED|ECONNRESET|ERR_SOCKET_TIMEOUT/.test(output)) {
    return "npm's registry cannot be reached. Set a reachable one (npm config set registry URL) or a proxy (npm config set proxy URL), and run this again.";
  }
  if (/ENOTEMPTY/.test(output)) {
    return "Another npm is changing node_modules. Wait until it ends, and run this again.";
  }
  if (/ENOSPC/.test(output))
    return "The disk is full. The node modules take about 400 MB; make room, and run this again.";
  if (/EACCES|EPERM/.test(output)) {
    return "node_modules belongs to another user, perhaps after a run with sudo. Remove it, and run this again.";
  }
  if (/not found/.test(output)) return "npm comes with Node (https://nodejs.org/en/download); put it on PATH.";
  if (/in sync/.test(output)) return "package.json was changed by hand: run npm install to update package-lock.json.";
  return "Fix the reported error, and run this again.";
}
