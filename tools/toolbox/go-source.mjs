import { fileURLToPath } from "node:url";
import { TOOLS, thisPlatform } from "../versions.mjs";

/** @typedef {import("../versions.mjs").ToolName} ToolName */

/**
 * The folder with a module's go.mod and go.sum.
 *
 * @param {string} module  see `GoSource.module`
 * @returns {string}
 */
export const moduleFolder = (module) => fileURLToPath(new URL(`../go/${module}`, import.meta.url));

/** The same for every tool, so that compiled packages are shared. The tags are those of Pulumi's own releases. */
const flags = ["-trimpath", "-pgo=off", "-tags=osusergo,netgo,grpcnotrace"];

/**
 * @param {ToolName} name
 * @returns {string[]}
 */
export function buildArguments(name) {
  const { stamps = {} } = TOOLS[name].go;
  const linkerFlags = Object.entries(stamps).map(([variable, value]) => `-X=${variable}=${value}`);
  return [...flags, `-ldflags=${["-s", "-w", ...linkerFlags].join(" ")}`];
}

/**
 * The environment of a build: the user's, except for variables that would change the executable.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function buildEnvironment(env) {
  const { os, arch } = thisPlatform();
  return { ...env, CGO_ENABLED: "0", GOFLAGS: "-mod=readonly", GOWORK: "off", GOOS: os, GOARCH: arch };
}
