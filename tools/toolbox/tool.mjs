/**
 * @typedef {import("../versions.mjs").ToolName} ToolName
 *
 * @typedef {object} Tool
 * @property {ToolName} name
 * @property {string} path     absolute
 * @property {string} version  without the leading `v`
 * @property {"path" | "cache" | "download" | "build"} from  `cache`: downloaded or built by an earlier run
 * @property {"download" | "build"} [origin] how it got into the cache; unknown for a tool on PATH
 *
 * @typedef {object} Wanting
 * @property {import("../step.mjs").Progress} [progress] called for every long step; silent by default
 * @property {AbortSignal} [signal]   ends downloads and builds
 * @property {NodeJS.ProcessEnv} [env]  `process.env` by default: PATH, XDG_CACHE_HOME, HOME, Go's own variables, and
 * `RANCHER_TOOLS_DOWNLOAD=off`, which makes missing tools be built
 */

export {};
