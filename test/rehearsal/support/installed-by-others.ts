import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustRun } from "../../../rehearsal/sandbox/command.ts";
import { tool } from "../../../tools/toolbox.mjs";
import type { Rehearsed } from "./rehearsed.ts";

/** A chart that a user installs by hand, from the rehearsal's own repository. */
export interface HandInstallation {
  readonly chart: "rancher" | "cert-manager";
  readonly version: string;
  readonly namespace: string;
  /** `key=value` as in `helm --set`. */
  readonly values: readonly string[];
}

/** Installs a chart as another user would: with helm, beside the stack. Does not wait for its pods. */
export async function installByHand(
  { folder, kubernetes, overlaid }: Pick<Rehearsed, "folder" | "kubernetes" | "overlaid">,
  { chart, version, namespace, values }: HandInstallation,
): Promise<void> {
  const repository = overlaid.values["chartRepository"];
  if (typeof repository !== "string") throw new Error("this test needs the charts of the rehearsal");
  const home = mkdtempSync(join(folder, "by-hand-"));
  try {
    const kubeconfig = join(home, "kubeconfig");
    writeFileSync(kubeconfig, kubernetes.kubeconfig, { mode: 0o600 });
    const { path: helm } = await tool("helm");
    const install = ["install", chart, chart, "--repo", repository, "--version", version];
    const where = ["--namespace", namespace, "--create-namespace", "--kubeconfig", kubeconfig];
    const set = values.flatMap((value) => ["--set", value]);
    const env = { PATH: process.env["PATH"] ?? "", HOME: home, HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home };
    await mustRun([helm, ...install, ...where, ...set, "--no-hooks"], { env: { ...env, HELM_DATA_HOME: home } });
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}
