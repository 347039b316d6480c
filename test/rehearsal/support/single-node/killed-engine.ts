import { setTimeout as sleep } from "node:timers/promises";
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node";
import { markedProcesses } from "../../../../operations/recovery/orphans.ts";
import type { PulumiRun, Rehearsed } from "../rehearsed.ts";

/** The engine's own process, whatever started it. @throws when it is not running */
export function engineProcess(run: string): number {
  const found = markedProcesses().find((process) => process.run === run && process.executable === "pulumi");
  if (found === undefined) throw new Error("the engine does not run");
  return found.pid;
}

/** Kills the engine in the middle of a run, as soon as `reached` returns true. @throws when the run ends before */
export async function killEngineWhen(
  stack: Rehearsed,
  start: () => Promise<PulumiRun>,
  reached: () => Promise<boolean> | boolean,
): Promise<PulumiRun> {
  let ended: PulumiRun | undefined;
  const running = start().then((run) => (ended = run));
  while (!(await reached())) {
    if (ended) throw new Error(`the run ended before it could be killed:\n${ended.text}`);
    await sleep(20);
  }
  process.kill(engineProcess(stack.engine.run), "SIGKILL");
  return running;
}

/** Status in Helm's newest record of a release: `pending-install`, `deployed`; undefined if there is no release. */
export async function releaseStatus(kubeconfig: string, release: string): Promise<string | undefined> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const { items } = await config
    .makeApiClient(CoreV1Api)
    .listSecretForAllNamespaces({ labelSelector: `owner=helm,name=${release}` });
  const labels = items.map(({ metadata }) => metadata?.labels ?? {});
  const newest = labels.sort((one, other) => Number(other["version"]) - Number(one["version"]))[0];
  return newest?.["status"];
}

/**
 * Keeps new pods from being scheduled until the returned function is called, so that Helm waits for them and its
 * release stays pending for as long as a test needs.
 */
export async function holdNewPods(kubeconfig: string): Promise<() => Promise<void>> {
  const config = new KubeConfig();
  config.loadFromString(kubeconfig);
  const core = config.makeApiClient(CoreV1Api);
  const cordon = async (unschedulable: boolean) => {
    const { items } = await core.listNode();
    for (const { metadata } of items) {
      const body = [{ op: "add", path: "/spec/unschedulable", value: unschedulable }];
      await core.patchNode({ name: metadata?.name ?? "", body });
    }
  };
  await cordon(true);
  return () => cordon(false);
}
