import { createHash } from "node:crypto";
import { chmod, mkdir, mkdtemp, open, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { startOf } from "../lock.mjs";
import { TOOLS, thisPlatform } from "../versions.mjs";
import { buildArguments, moduleFolder } from "./go-source.mjs";

/**
 * Describes a cached tool, in the same folder. Written last, so that a folder without it is incomplete.
 * @typedef {object} Receipt
 * @property {"download" | "build"} origin
 * @property {Record<string, { version: string, size: number }>} files  by file name; size in bytes
 */

/**
 * Folder of the cached tools, outside the clone, so that a second clone finds them.
 *
 * @param {NodeJS.ProcessEnv} [env]
 * @returns {string}
 */
export function cacheFolder(env = process.env) {
  const set = env["XDG_CACHE_HOME"];
  // The XDG specification requires relative paths to be ignored.
  const base = set !== undefined && isAbsolute(set) ? set : join(env["HOME"] ?? homedir(), ".cache");
  return join(base, "rancher", "tools");
}

/**
 * Folder of one cached tool. Another version, dependency, flag or platform has another folder.
 *
 * @param {string} root  see `cacheFolder`
 * @param {import("../versions.mjs").ToolName} name
 * @returns {string}
 */
export function folderOf(root, name) {
  const { version, go } = TOOLS[name];
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum"]) hash.update(readFileSync(join(moduleFolder(go.module), file)));
  hash.update(JSON.stringify([buildArguments(name), thisPlatform()]));
  return join(root, name, `${version}-${hash.digest("hex").slice(0, 12)}`);
}

/**
 * A cached file, if it is intact: listed, of the right size, executable, and writable only by this user.
 *
 * @param {string} folder
 * @param {string} file
 * @returns {Promise<{ path: string, version: string, origin: "download" | "build" } | undefined>}
 */
export async function kept(folder, file) {
  try {
    /** @type {Receipt} */
    const receipt = JSON.parse(await readFile(join(folder, "receipt.json"), "utf8"));
    const entry = receipt.files[file];
    const path = join(folder, file);
    const found = await stat(path);
    const ours = process.getuid === undefined || found.uid === process.getuid();
    const fits = found.isFile() && found.size === entry?.size && (found.mode & 0o122) === 0o100 && ours;
    return fits ? { path, version: entry.version, origin: receipt.origin } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Moves the content of a work folder into the cache, atomically.
 *
 * @param {string} work a folder below `workFolder`, which is moved
 * @param {string} folder see `folderOf`; replaced if it exists
 * @param {"download" | "build"} origin
 * @param {Record<string, string>} versions  by file name
 */
export async function keep(work, folder, origin, versions) {
  /** @type {Receipt} */
  const receipt = { origin, files: {} };
  for (const [file, version] of Object.entries(versions)) {
    const path = join(work, file);
    await chmod(path, 0o755);
    const handle = await open(path, "r+");
    // Otherwise a power cut could leave a complete receipt with a file of the right size but no content.
    await handle.sync();
    receipt.files[file] = { version, size: (await handle.stat()).size };
    await handle.close();
  }
  await writeFile(join(work, "receipt.json"), `${JSON.stringify(receipt, null, 2)}\n`);
  await mkdir(join(folder, ".."), { recursive: true });
  await rm(folder, { recursive: true, force: true });
  await rename(work, folder);
}

/**
 * A new folder to build a tool in, on the file system of the cache. Removes the folders of dead processes.
 *
 * @param {string} root
 * @returns {Promise<string>}
 */
export async function workFolder(root) {
  const folder = join(root, "work");
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) {
    const [pid, started] = name.split(".");
    if (startOf(Number(pid)) !== started) await rm(join(folder, name), { recursive: true, force: true });
  }
  return mkdtemp(join(folder, `${process.pid}.${startOf(process.pid)}.`));
}
