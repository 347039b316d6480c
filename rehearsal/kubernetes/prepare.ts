import { get, type RequestOptions } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

import { AppsV1Api, CoreV1Api, type KubeConfig, KubernetesObjectApi, VersionApi } from "@kubernetes/client-node";

import { helmChart, helmDefinitions } from "./helm-kinds.ts";
import { type IngressController, ingressControllerObjects, packagedCharts } from "./ingress-controller.ts";
import { isReady, type NodeAddress, nodeObject } from "./nodes.ts";

/** Polling interval, in milliseconds. */
const pause = 150;

/**
 * Waits until the API server is ready, with its built-in roles and priority classes: without their roles, controller
 * manager and scheduler exit. Returns its version.
 */
export async function waitUntilServing(client: KubeConfig, signal: AbortSignal): Promise<string> {
  const version = client.makeApiClient(VersionApi);
  return until(signal, async () => ((await isServing(client)) ? (await version.getCode()).gitVersion : undefined));
}

async function isServing(client: KubeConfig): Promise<boolean> {
  const options: RequestOptions = { timeout: 2000 };
  await client.applyToHTTPSOptions(options);
  return new Promise((resolve, reject) => {
    const call = get(`${client.getCurrentCluster()!.server}/readyz`, options, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    call.on("timeout", () => call.destroy(new Error("timeout")));
    call.on("error", reject);
  });
}

/** Creates the nodes and the ingress controller's objects; returns when all of them are Ready. */
export async function prepare(
  client: KubeConfig,
  options: {
    readonly nodes: readonly NodeAddress[];
    readonly version: string;
    readonly ingressController?: IngressController;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  const { nodes, version, ingressController = "traefik", signal } = options;
  const core = client.makeApiClient(CoreV1Api);
  const apps = client.makeApiClient(AppsV1Api);
  const objects = KubernetesObjectApi.makeApiClient(client);
  for (const node of nodes) await core.createNode({ body: nodeObject(node, version) });
  // Pods of kube-system are rejected until its default service account exists.
  await until(signal, () => core.readNamespacedServiceAccount({ name: "default", namespace: "kube-system" }));
  for (const object of ingressControllerObjects(ingressController)) await objects.create(object);
  for (const definition of helmDefinitions()) await objects.create(definition);
  if (ingressController !== "none") {
    const chart = helmChart(packagedCharts[ingressController]);
    // The kind is served, and later listed, with a delay after its CRD is created.
    await until(signal, () => objects.create(chart));
    await until(signal, () => objects.list(chart.apiVersion!, "HelmChartConfig", "kube-system"));
  }
  await until(signal, async () => {
    const found = (await core.listNode()).items.filter(isReady).length;
    const waiting = (await apps.listNamespacedDeployment({ namespace: "kube-system" })).items.filter(
      ({ spec, status }) => (status?.availableReplicas ?? 0) < (spec?.replicas ?? 1),
    );
    return found === nodes.length && waiting.length === 0 ? true : undefined;
  });
}

/** Retries, also after refused connections, until there is a result. @throws the signal's reason. */
async function until<T>(signal: AbortSignal, ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const answer = await ask().catch(() => undefined);
    if (answer !== undefined) return answer;
    await sleep(pause, undefined, { signal });
  }
}
