import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../child.mjs";
import { TOOLS } from "../versions.mjs";
import { buildArguments, buildEnvironment, moduleFolder } from "./go-source.mjs";
import { findGo } from "./go.mjs";

/** @typedef {import("../versions.mjs").ToolName} ToolName */

/**
 * Builds tools of one Go module together.
 *
 * @param {ToolName[]} names
 * @param {string} folder  where the executables go; each is named for its tool
 * @param {{ env: NodeJS.ProcessEnv, log: string, onState?: (state: string) => void,
 *   signal?: AbortSignal | undefined }} options
 * @throws if Go is missing or the build fails, with the end of its output and the path of the log
 */
export async function goBuild(names, folder, { env, log, onState = () => {}, signal }) {
  const first = /** @type {ToolName} */ (names[0]);
  const { module } = TOOLS[first].go;
  const cwd = moduleFolder(module);
  const go = await findGo(cwd, env);
  const temporary = join(folder, "tmp");
  await mkdir(temporary, { recursive: true });

  let fetched = 0;
  let compiled = 0;
  const packages = names.map((name) => TOOLS[name].go.package);
  // A single package may have another name than its tool, so the file is named. Several packages need a folder.
  const output = names.length === 1 ? join(folder, first) : `${folder}/`;
  const command = [go, "build", "-v", ...buildArguments(first), "-o", output, ...packages];
  /** @param {string} line  `-v` names every package as it is compiled */
  const onLine = (line) => {
    if (line.startsWith("go: downloading")) fetched++;
    else compiled++;
    onState(`${fetched} modules fetched, ${compiled} packages compiled`);
  };
  const { code, tail } = await run(command, {
    cwd,
    env: { ...buildEnvironment(env), GOTMPDIR: temporary },
    log,
    onLine,
    signal,
  });
  if (code === 0) return;
  const labels = names.map((name) => `${name} ${TOOLS[name].version}`).join(", ");
  throw new Error(
    [
      `${labels} could not be built: go build ended with ${code}.`,
      ...tail.map((line) => `    ${line}`),
      `${remedy(tail.join("\n"))} The whole output is in ${log}`,
    ].join("\n"),
  );
}

/**
 * What to do about a failed build, from the end of its output.
 *
 * @param {string} output
 * @returns {string}
 */
export function remedy(output) {
  if (/no space left on device/.test(output)) {
    return "The disk is full. Building every tool takes about 10 GB in Go's caches (go env GOCACHE GOMODCACHE).";
  }
  if (/signal: killed|cannot allocate memory/.test(output)) {
    return "The machine ran out of memory. A build takes up to 4 GB; add memory or swap, and run this again.";
  }
  if (/dial tcp|proxyconnect|i\/o timeout|TLS handshake|no such host|connection re/.test(output)) {
    return "The Go module proxy does not answer. Set GOPROXY to a reachable one (go env GOPROXY), and run this again.";
  }
  return "Everything built so far is kept: run this again to continue.";
}
