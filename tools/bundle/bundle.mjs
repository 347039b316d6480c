import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { sourcesDigest } from "./sources.mjs";

const clone = fileURLToPath(new URL("../..", import.meta.url));

/** Beside the node modules that a bundle contains, and removed together with them by `npm ci`. */
const bundles = join(clone, "node_modules", ".cache", "rancher");

/** How long an unused bundle is kept, in ms, because a running command may still load parts of it. */
const keptFor = 24 * 60 * 60 * 1000;

/**
 * The URL of a file of the bundle. Builds the bundle first if a source has changed.
 *
 * @param {"program.mjs" | "cli.mjs" | "ingress-node.mjs"} file
 * @returns {string} `file://...`
 * @throws an error with esbuild's messages if a source cannot be bundled
 */
export function bundled(file) {
  const digest = sourcesDigest(clone);
  const folder = join(bundles, digest);
  if (existsSync(folder)) {
    markUsed(folder);
  } else {
    // Without this process's environment: Pulumi puts the stack's decrypted configuration there.
    const { PATH, HOME, TMPDIR } = process.env;
    makeFolder();
    const build = fileURLToPath(new URL("build.mjs", import.meta.url));
    const env = { PATH, HOME, TMPDIR };
    const { status, stderr } = spawnSync(process.execPath, [build, folder], { encoding: "utf8", env });
    if (status !== 0) throw new Error(`The program cannot be bundled:\n${stderr.trim()}`);
    removeUnused(digest);
  }
  return pathToFileURL(join(folder, file)).href;
}

/** @throws if another user owns it, as after `sudo npm start` */
function makeFolder() {
  try {
    mkdirSync(bundles, { recursive: true });
    accessSync(bundles, constants.W_OK);
  } catch (error) {
    const remedy = "Run this as the owner of that folder, or change its owner with chown.";
    throw new Error(`The program cannot be bundled: you may not write to ${bundles}. ${remedy}`, { cause: error });
  }
}

/** @param {string} folder */
function markUsed(folder) {
  const now = new Date();
  try {
    utimesSync(folder, now, now);
  } catch {
    // Another user's bundle works as well.
  }
}

/** @param {string} current */
function removeUnused(current) {
  for (const name of readdirSync(bundles)) {
    const folder = join(bundles, name);
    const { mtimeMs } = statSync(folder, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
    if (name !== current && Date.now() - mtimeMs > keptFor) rmSync(folder, { recursive: true, force: true });
  }
}
