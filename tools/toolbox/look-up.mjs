import { TOOLS } from "../versions.mjs";
import { cacheFolder, folderOf, kept } from "./cache.mjs";
import { onPath } from "./on-path.mjs";

/**
 * @typedef {import("./tool.mjs").Tool} Tool
 * @typedef {import("./tool.mjs").ToolName} ToolName
 */

/**
 * Finds tools on this machine: on PATH if the version is suitable, otherwise in the cache.
 *
 * @param {ToolName[]} names
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Map<ToolName, Tool>>}
 */
export async function lookUp(names, env) {
  const found = await Promise.all(names.map(async (name) => (await fromPath(name, env)) ?? fromCache(name, env)));
  return new Map(found.flatMap((tool) => (tool === undefined ? [] : [[tool.name, tool]])));
}

/**
 * @param {ToolName} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Tool | undefined>}
 */
async function fromPath(name, env) {
  const { fit } = await onPath(name, env["PATH"]);
  return fit && { name, ...fit, from: "path" };
}

/**
 * @param {ToolName} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Tool | undefined>}
 */
export async function fromCache(name, env) {
  const root = cacheFolder(env);
  for (const holder of holdersOf(name)) {
    const file = await kept(folderOf(root, holder), name);
    if (file !== undefined) return { name, ...file, from: "cache" };
  }
  return undefined;
}

/**
 * The tools whose folder may contain an executable: the official Pulumi CLI includes its language host.
 *
 * @param {ToolName} name
 * @returns {ToolName[]}
 */
export const holdersOf = (name) => (name === "pulumi-language-nodejs" ? ["pulumi", name] : [name]);

/**
 * Why nothing on PATH is suitable, for an error message.
 *
 * @param {ToolName} name
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>}
 */
export async function whyNotOnPath(name, env) {
  if (name === "pulumi-language-nodejs") return "no suitable Pulumi CLI has one beside it";
  const { unfit } = await onPath(name, env["PATH"]);
  if (unfit.length === 0) return "there is none";
  const what = unfit.map(({ path, version }) => `${path} is ${version ?? "of an unknown version"}`).join(", ");
  return `${what}; ${TOOLS[name].willDo} is required`;
}
