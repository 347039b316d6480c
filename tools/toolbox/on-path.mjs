import { access, constants, realpath, stat } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import semver from "semver";
import { TOOLS } from "../versions.mjs";
import { askVersion, builtFrom } from "./version.mjs";

/**
 * @typedef {{ path: string, version: string }} Executable
 * @typedef {{ path: string, version: string | undefined }} Unfit an unsuitable executable of the right name
 */

/**
 * Results of this process, by name and PATH, because getting a version takes up to a quarter of a second.
 * @type {Map<string, ReturnType<typeof onPath>>}
 */
const looked = new Map();

/**
 * The first executable on PATH with a suitable version, and the unsuitable ones before it.
 *
 * @param {import("../versions.mjs").ToolName} name
 * @param {string | undefined} PATH
 * @returns {Promise<{ fit?: Executable, unfit: Unfit[] }>}
 */
export function onPath(name, PATH) {
  const key = `${name}\0${PATH}`;
  const found =
    looked.get(key) ?? (name === "pulumi-language-nodejs" ? languageHostOnPath(PATH) : lookOnPath(name, PATH));
  looked.set(key, found);
  return found;
}

/**
 * @param {import("../versions.mjs").ToolName} name
 * @param {string | undefined} PATH
 * @returns {Promise<{ fit?: Executable, unfit: Unfit[] }>}
 */
async function lookOnPath(name, PATH) {
  const { ask, willDo } = TOOLS[name];
  /** @type {Unfit[]} */
  const unfit = [];
  for (const path of await executables(name, PATH)) {
    const version = await askVersion(path, ask);
    if (version !== undefined && semver.satisfies(version, willDo)) return { fit: { path, version }, unfit };
    unfit.push({ path, version });
  }
  return { unfit };
}

/**
 * The language host beside the suitable Pulumi CLI: they are released together, and the CLI looks there.
 *
 * @param {string | undefined} PATH
 * @returns {Promise<{ fit?: Executable, unfit: Unfit[] }>}
 */
async function languageHostOnPath(PATH) {
  const { fit: pulumi } = await onPath("pulumi", PATH);
  if (pulumi === undefined) return { unfit: [] };
  for (const folder of [dirname(pulumi.path), dirname(await realpath(pulumi.path))]) {
    const path = join(folder, "pulumi-language-nodejs");
    if (await isExecutable(path))
      return { fit: { path, version: await languageHostVersion(path, pulumi.version) }, unfit: [] };
  }
  return { unfit: [] };
}

/**
 * The language host cannot print its version. As a package of the SDK's module it has that module's version; the
 * current one is a separate module, released with the CLI.
 *
 * @param {string} path
 * @param {string} cliVersion
 * @returns {Promise<string>}
 */
export async function languageHostVersion(path, cliVersion) {
  const { go } = TOOLS["pulumi-language-nodejs"];
  return (await builtFrom(path, go.pin)) ?? cliVersion;
}

/**
 * @param {string} name
 * @param {string | undefined} PATH
 * @returns {Promise<string[]>}
 */
async function executables(name, PATH = "") {
  // A relative entry would run any file in the current folder.
  const folders = PATH.split(":").filter((folder) => isAbsolute(folder));
  const paths = [...new Set(folders)].map((folder) => join(folder, name));
  const there = await Promise.all(paths.map(isExecutable));
  return paths.filter((_, index) => there[index]);
}

/**
 * @param {string} path
 * @returns {Promise<boolean>}
 */
export async function isExecutable(path) {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
