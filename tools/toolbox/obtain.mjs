import { chmod, mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { step } from "../step.mjs";
import { TOOLS, TOOL_NAMES, thisPlatform } from "../versions.mjs";
import { cacheFolder, folderOf, keep, workFolder } from "./cache.mjs";
import { download } from "./download.mjs";
import { goBuild } from "./go-build.mjs";
import { fromCache, holdersOf, whyNotOnPath } from "./look-up.mjs";
import { languageHostVersion } from "./on-path.mjs";
import { reachable } from "./reachable.mjs";
import { askVersion } from "./version.mjs";

/**
 * @typedef {import("./tool.mjs").Tool} Tool
 * @typedef {import("./tool.mjs").ToolName} ToolName
 * @typedef {{ progress: import("../step.mjs").Progress, env: NodeJS.ProcessEnv, signal?: AbortSignal | undefined }} Run
 */

/**
 * Downloads missing tools, or builds them if that is not possible, and caches them. Only one run may do this at a time.
 *
 * @param {ToolName[]} names
 * @param {Run} run
 * @returns {Promise<Map<ToolName, Tool>>}
 * @throws if one can neither be downloaded nor built, with the reasons
 */
export async function obtain(names, run) {
  /** @type {Map<ToolName, string>} */
  const refusals = new Map();
  for (const name of await withDownload(names, run.env, refusals)) {
    if ((await fromCache(name, run.env)) === undefined) await tryDownload(name, run, refusals);
  }
  const missing = await notKept(names, run.env);
  for (const module of new Set(missing.map((name) => TOOLS[name].go.module))) {
    const group = TOOL_NAMES.filter((name) => missing.includes(name) && TOOLS[name].go.module === module);
    await build(group, run, refusals);
  }
  const tools = await Promise.all(names.map((name) => fromCache(name, run.env)));
  return new Map(
    tools.flatMap((tool) => (tool === undefined ? [] : [[tool.name, { ...tool, from: tool.origin ?? tool.from }]])),
  );
}

/**
 * The tools that a vendor's server offers for this platform, if the server answers.
 *
 * @param {ToolName[]} names
 * @param {NodeJS.ProcessEnv} env
 * @param {Map<ToolName, string>} refusals filled with the reasons for the others
 */
async function withDownload(names, env, refusals) {
  const off = env["RANCHER_TOOLS_DOWNLOAD"] === "off";
  const offers = names.flatMap((name) => {
    const holder = /** @type {ToolName} */ (holdersOf(name)[0]);
    const offer = TOOLS[holder].download(thisPlatform());
    if (offer === undefined) refusals.set(name, "its vendor publishes no download with a checksum for this platform");
    else if (off) refusals.set(name, "switched off by RANCHER_TOOLS_DOWNLOAD=off");
    return offer === undefined || off ? [] : [{ name, origin: new URL(offer.url).origin }];
  });
  const answering = await reachable(offers.map(({ origin }) => origin));
  for (const { name, origin } of offers) if (!answering.has(origin)) refusals.set(name, `${origin} does not answer`);
  return offers.filter(({ origin }) => answering.has(origin)).map(({ name }) => name);
}

/**
 * @param {ToolName} name
 * @param {Run} run
 * @param {Map<ToolName, string>} refusals
 */
async function tryDownload(name, { progress, env, signal }, refusals) {
  const holder = /** @type {ToolName} */ (holdersOf(name)[0]);
  const offer = TOOLS[holder].download(thisPlatform());
  if (offer === undefined) return;
  const root = cacheFolder(env);
  const work = await workFolder(root);
  let state = "";
  /** @type {(count: number, total?: number) => void} */
  const onBytes = (count, total) => {
    const megabytes = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(0);
    state = `${megabytes(count)}${total === undefined ? "" : ` of ${megabytes(total)}`} MB`;
  };
  try {
    await step(
      `${holder} ${TOOLS[holder].version}: downloading ${offer.url}`,
      progress,
      async () => {
        await download(offer, work, holder, { onBytes, signal });
        /** @type {Record<string, string>} */
        const versions = {};
        const files = /** @type {ToolName[]} */ (Object.values(offer.members ?? { [holder]: holder }));
        for (const file of files) versions[file] = await checkedVersion(file, join(work, file), holder);
        await keep(work, folderOf(root, holder), "download", versions);
      },
      { state: () => state },
    );
  } catch (error) {
    signal?.throwIfAborted();
    const reason = /** @type {Error} */ (error).message;
    refusals.set(name, reason);
    progress(`${holder} ${TOOLS[holder].version}: ${reason}`);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * @param {ToolName[]} group  tools of one Go module
 * @param {Run} run
 * @param {Map<ToolName, string>} refusals
 */
async function build(group, { progress, env, signal }, refusals) {
  const root = cacheFolder(env);
  const work = await workFolder(root);
  const logs = join(root, "logs");
  await mkdir(logs, { recursive: true });
  const log = join(logs, `${TOOLS[/** @type {ToolName} */ (group[0])].go.module}.log`);
  const labels = group.map((name) => `${name} ${TOOLS[name].version}`).join(", ");
  let state = "";
  try {
    await step(
      `${labels}: building with Go`,
      progress,
      async () => {
        await goBuild(group, work, { env, log, signal, onState: (now) => (state = now) });
        for (const name of group) {
          const own = join(work, `${name}.kept`);
          await mkdir(own);
          await rename(join(work, name), join(own, name));
          const version = await checkedVersion(name, join(own, name), name);
          await keep(own, folderOf(root, name), "build", { [name]: version });
        }
      },
      { state: () => state },
    );
  } catch (error) {
    signal?.throwIfAborted();
    const reasons = await Promise.all(
      group.flatMap((name) => [
        whyNotOnPath(name, env).then((why) => `  ${name} on PATH: ${why}`),
        `  ${name} to download: ${refusals.get(name) ?? "the download does not contain it"}`,
      ]),
    );
    const reason = /** @type {Error} */ (error).message;
    throw new Error(`${labels}: cannot be obtained.\n${reasons.join("\n")}\n  ${reason}`, { cause: error });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * The version that a new executable reports.
 *
 * @param {ToolName} name
 * @param {string} path
 * @param {ToolName} holder  see `holdersOf`
 * @returns {Promise<string>}
 * @throws if it is not the pinned version
 */
async function checkedVersion(name, path, holder) {
  if (name === "pulumi-language-nodejs") return languageHostVersion(path, TOOLS[holder].version);
  // A downloaded file is not executable.
  await chmod(path, 0o755);
  const version = await askVersion(path, TOOLS[name].ask);
  if (version === TOOLS[name].version) return version;
  throw new Error(`${path} reports ${version ?? "no version"} instead of ${TOOLS[name].version}. It is not used.`);
}

/**
 * @param {ToolName[]} names
 * @param {NodeJS.ProcessEnv} env
 */
async function notKept(names, env) {
  const tools = await Promise.all(names.map((name) => fromCache(name, env)));
  return names.filter((_, index) => tools[index] === undefined);
}
