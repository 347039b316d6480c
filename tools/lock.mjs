import { link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { duration } from "./step.mjs";

/**
 * Who holds a lock. The start time tells a process from a later one with the same id.
 * @typedef {{ pid: number, started: string, doing: string }} Holder
 */

/**
 * Does something that only one process may do at a time, and waits for the one that does it now. A lock whose holder is
 * dead is taken over.
 *
 * @template Result
 * @param {string} path   the lock's file; its folder is made
 * @param {string} doing  for those who wait: `installing node modules`
 * @param {() => Promise<Result>} work
 * @param {{ progress?: import("./step.mjs").Progress, timeout?: number, poll?: number,
 *   signal?: AbortSignal | undefined }} [options]  milliseconds
 * @returns {Promise<Result>}
 * @throws when the holder lives on after `timeout` (30 minutes)
 */
export async function withLock(path, doing, work, options = {}) {
  const { progress = () => {}, timeout = 30 * 60_000, poll = 250, signal } = options;
  await mkdir(dirname(path), { recursive: true });
  const since = performance.now();
  let said = 0;
  while (!(await tryLock(path, doing))) {
    const holder = await readHolder(path);
    const waited = performance.now() - since;
    const who = holder === undefined ? "another run" : `process ${holder.pid}, which is ${holder.doing}`;
    if (waited >= said) {
      progress(`waiting for ${who}${said === 0 ? "" : ` ... ${duration(waited)}`}`);
      said = waited + 15_000;
    }
    if (waited > timeout) {
      throw new Error(
        `${path} has been held for ${duration(waited)} by ${who}. ` +
          `Wait until it is done, or end it${holder === undefined ? "" : ` (kill ${holder.pid})`}, and run this again.`,
      );
    }
    await pause(poll, undefined, { signal });
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * @param {string} path
 * @param {string} doing
 * @returns {Promise<boolean>}
 */
async function tryLock(path, doing) {
  /** @type {Holder} */
  const holder = { pid: process.pid, started: startOf(process.pid) ?? "", doing };
  try {
    await writeFile(path, JSON.stringify(holder), { flag: "wx" });
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
  }
  if (!(await isAbandoned(path))) return false;
  // Two may find it abandoned at once. Taking it away by its name could take the new lock of the quicker one, so what
  // was taken is looked at again, and put back where it is a live one's.
  const taken = `${path}.${randomUUID()}`;
  await rename(path, taken).catch(() => {});
  if (!(await isAbandoned(taken))) await link(taken, path).catch(() => {});
  await rm(taken, { force: true });
  return false;
}

/**
 * A file without a readable holder is one that is being written, or whose writer died while writing.
 * @param {string} path
 */
async function isAbandoned(path) {
  const holder = await readHolder(path);
  if (holder !== undefined) return startOf(holder.pid) !== holder.started;
  const age = await stat(path).then(
    (file) => Date.now() - file.mtimeMs,
    () => 0,
  );
  return age > 5_000;
}

/**
 * @param {string} path
 * @returns {Promise<Holder | undefined>}
 */
async function readHolder(path) {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}

/**
 * When a process started, or undefined where there is none. Where the system has no /proc, every living process
 * has started "".
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startOf(pid) {
  try {
    // The name before the last ")" may hold spaces; the start time is the 20th field after it.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ");
    return fields?.[0] === "Z" ? undefined : (fields?.[19] ?? "");
  } catch {
    if (process.platform === "linux") return undefined;
  }
  try {
    process.kill(pid, 0);
    return "";
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM" ? "" : undefined;
  }
}
