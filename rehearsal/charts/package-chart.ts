import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";

import { parseDocument } from "yaml";

import { tool } from "../../tools/toolbox.mjs";
import { type ChartName, kubernetesBound } from "./kubernetes-bounds.ts";

const run = promisify(execFile);

/** The folder of this project's charts. */
export const chartsFolder = import.meta.dirname;

/**
 * Packages one version of a fake chart into `folder` (`rancher-2.15.2.tgz`). As in the genuine repositories,
 * cert-manager's versions begin with `v` and Rancher's do not; both forms are accepted.
 */
export async function packageChart(folder: string, chart: ChartName, version: string): Promise<void> {
  const kubeVersion = kubernetesBound(chart, version);
  const bare = version.replace(/^v/, "");
  const work = await mkdtemp(path.join(folder, ".package-"));
  try {
    const source = path.join(work, chart);
    await cp(path.join(chartsFolder, chart), source, { recursive: true });
    const file = path.join(source, "Chart.yaml");
    const document = parseDocument(await readFile(file, "utf8"));
    document.set("version", chart === "cert-manager" ? `v${bare}` : bare);
    document.set("appVersion", `v${bare}`);
    document.set("kubeVersion", kubeVersion);
    await writeFile(file, document.toString());
    await runHelm(work, ["package", source, "--destination", folder]);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Writes `index.yaml` for the packages in `folder`. */
export async function writeIndex(folder: string, url: string): Promise<void> {
  const work = await mkdtemp(path.join(folder, ".index-"));
  try {
    await runHelm(work, ["repo", "index", folder, "--url", url]);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Runs helm with a separate home, without the user's repositories, plugins and caches. */
async function runHelm(home: string, args: readonly string[]): Promise<void> {
  const { path: helm } = await tool("helm");
  const homes = Object.fromEntries(
    ["CACHE", "CONFIG", "DATA"].map((kind) => [`HELM_${kind}_HOME`, path.join(home, kind)]),
  );
  await mkdir(home, { recursive: true, mode: 0o700 });
  await run(helm, [...args], { env: { PATH: process.env["PATH"] ?? "", HOME: home, ...homes } });
}
