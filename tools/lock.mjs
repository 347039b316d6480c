import { link, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { duration, showWhile } from "./step.mjs";

/**
 * The process that holds a lock. The start time distinguishes it from a later process with the same id.
 * @typedef {{ pid: number, started: string, doing: string }} Holder
 */

/**
 * Runs work that only one process may do at a time. Waits while another process holds the lock. Takes over the lock of
 * a dead process.
 *
 * @template Result
 * @param {string} path   the lock file; its folder is created
 * @param {string} doing  shown by processes that wait: `installing packages`
 * @param {() => Promise<Result>} work
 * @param {{ progress?: import("./step.mjs").Progress, timeout?: number, poll?: number,
 *   signal?: AbortSignal | undefined }} [options]  milliseconds
 * @returns {Promise<Result>}
 * @throws if the lock is still held after `timeout` (30 minutes)
 */
export async function withLock(path, doing, work, options = {}) {
  const { progress = () => {}, timeout = 30 * 60_000, poll = 250, signal } = options;
  await mkdir(dirname(path), { recursive: true });
  if (!(await tryLock(path, doing))) {
    const holder = await readHolder(path);
    const title = `another command is ${holder?.doing ?? "running"}; waiting`;
    await showWhile(title, progress, () => waitForLock(path, doing, { timeout, poll, signal }));
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
 * @param {{ timeout: number, poll: number, signal: AbortSignal | undefined }} options
 */
async function waitForLock(path, doing, { timeout, poll, signal }) {
  const start = performance.now();
  do {
    const waited = performance.now() - start;
    if (waited > timeout) {
      const holder = await readHolder(path);
      const who = holder === undefined ? "another command" : `process ${holder.pid}, which is ${holder.doing}`;
      throw new Error(
        `${path} has been held for ${duration(waited)} by ${who}. ` +
          `Wait until it ends, or end it${holder === undefined ? "" : ` (kill ${holder.pid})`}, and run this again.`,
      );
    }
    await pause(poll, undefined, { signal });
  } while (!(await tryLock(path, doing)));
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
  // Two processes may find it abandoned at the same time, and the slower one could remove the new lock of the faster
  // one. So the lock is renamed first, checked again, and restored if its holder is alive.
  const taken = `${path}.${randomUUID()}`;
  await rename(path, taken).catch(() => {});
  if (!(await isAbandoned(taken))) await link(taken, path).catch(() => {});
  await rm(taken, { force: true });
  return false;
}

/**
 * A file without a readable holder is being written, or its writer died while writing.
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
 * The start time of a process, or undefined if there is no such process. Without /proc, it is "" for every process.
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startOf(pid) {
  try {
    // The name before the last ")" may contain spaces; the start time is the 20th field after it.
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
