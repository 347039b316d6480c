import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { realpathSync } from "node:fs";
import { withLock } from "./lock.mjs";
import { cacheFolder } from "./toolbox/cache.mjs";
import { lookUp } from "./toolbox/look-up.mjs";
import { obtain } from "./toolbox/obtain.mjs";
import { TOOLS, TOOL_NAMES } from "./versions.mjs";

/**
 * @typedef {import("./toolbox/tool.mjs").Tool} Tool
 * @typedef {import("./toolbox/tool.mjs").ToolName} ToolName
 * @typedef {import("./toolbox/tool.mjs").Wanting} Wanting
 */

/**
 * Tools that this process has already found, by name, PATH and cache.
 * @type {Map<string, Tool>}
 */
const known = new Map();

/**
 * Gets one of the project's command-line tools: see `tools`.
 *
 * @param {ToolName} name
 * @param {Wanting} [wanting]
 * @returns {Promise<Tool>}
 */
export async function tool(name, wanting) {
  return (await tools([name], wanting))[name];
}

/**
 * Gets command-line tools: from PATH if the version is suitable, otherwise from the cache, otherwise as the pinned
 * version's download if the network allows it and the vendor's checksum matches, otherwise built from `tools/go/`.
 * Getting several tools together is faster than one by one.
 *
 * @template {ToolName} Name
 * @param {readonly Name[]} names
 * @param {Wanting} [wanting]
 * @returns {Promise<Record<Name, Tool>>}
 * @throws if a tool cannot be obtained, with the attempts and the remedy
 */
export async function tools(names, { progress = () => {}, signal, env = process.env } = {}) {
  /** @param {ToolName} name */
  const key = (name) => [name, env["PATH"], cacheFolder(env)].join("\0");
  /** @param {Map<ToolName, Tool>} found */
  const learn = (found) => found.forEach((tool) => known.set(key(tool.name), tool));
  const missing = () => TOOL_NAMES.filter((name) => names.some((each) => each === name) && !known.has(key(name)));

  learn(await lookUp(missing(), env));
  if (missing().length > 0) {
    const doing = `getting ${missing().join(", ")}`;
    await withLock(
      join(cacheFolder(env), "lock"),
      doing,
      async () => {
        // The run that held the lock may have obtained them.
        learn(await lookUp(missing(), env));
        if (missing().length > 0) learn(await obtain(missing(), { progress, env, signal }));
      },
      { progress, signal },
    );
  }
  return /** @type {Record<Name, Tool>} */ (Object.fromEntries(names.map((name) => [name, known.get(key(name))])));
}

/**
 * `node tools/toolbox.mjs` lists every tool and its source; with names it gets them and prints their paths.
 *
 * @param {string[]} args
 * @returns {Promise<number>} exit code
 */
async function main(args) {
  const unknown = args.filter((arg) => !TOOL_NAMES.some((name) => name === arg));
  if (unknown.length > 0) {
    console.error(`${unknown.join(", ")}: no such tool. Choose one of ${TOOL_NAMES.join(", ")}.`);
    return 2;
  }
  const names = /** @type {ToolName[]} */ (args);
  if (names.length === 0) {
    const found = await lookUp(TOOL_NAMES, process.env);
    for (const name of TOOL_NAMES) {
      const { version, from, origin, path } = found.get(name) ?? {
        ...TOOLS[name],
        from: "not installed",
        path: TOOLS[name].source,
        origin: undefined,
      };
      console.log(
        [name.padEnd(24), version.padEnd(9), (origin ? `${from}, ${origin}` : from).padEnd(16), path].join(" "),
      );
    }
    return 0;
  }
  const got = await tools(names, { progress: (line) => console.error(line) });
  for (const name of names) console.log(got[name].path);
  return 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    console.error(/** @type {Error} */ (error).message);
    process.exitCode = 1;
  }
}
