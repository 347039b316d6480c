import { setTimeout as sleep } from "node:timers/promises";

import {
  AppsV1Api,
  CustomObjectsApi,
  type KubeConfig,
  KubernetesObjectApi,
  type KubernetesListObject,
  PatchStrategy,
} from "@kubernetes/client-node";
import { parse } from "yaml";

import { type HelmObject, helmGroup } from "../kubernetes/helm-kinds.ts";
import { type IngressController, ingressControllerObjects, packagedCharts } from "../kubernetes/ingress-controller.ts";
import type { IngressValues } from "../kubernetes/ingress-controller.ts";
import { orUndefined } from "./not-found.ts";
import { startReconciler, type Stoppable } from "./reconciler.ts";

/** Delay before a HelmChartConfig takes effect, in milliseconds: a program that does not wait for it fails. */
const moment = 1000;

/**
 * Simulates the helm-controller of K3s and RKE2 for the packaged ingress controller. After a delay, its objects get the
 * values of the HelmChartConfig of the same name, or the chart's own when there is none.
 */
export function startFakeHelmController(options: {
  readonly client: KubeConfig;
  readonly progress: (line: string) => void;
}): Stoppable {
  const { client, progress } = options;
  const custom = client.makeApiClient(CustomObjectsApi);
  const objects = KubernetesObjectApi.makeApiClient(client);
  const apps = client.makeApiClient(AppsV1Api);
  const list = async (plural: string): Promise<readonly HelmObject[]> => {
    const found = await orUndefined(custom.listNamespacedCustomObject({ ...helmGroup, plural }));
    return (found as KubernetesListObject<HelmObject> | undefined)?.items ?? [];
  };

  let applied: string | undefined;
  const reconcile = async () => {
    const [charts, configs] = await Promise.all([list("helmcharts"), list("helmchartconfigs")]);
    const controller = charts.map(({ metadata }) => controllerOf(metadata?.name)).find((one) => one !== undefined);
    if (controller === undefined) return;
    const chart = packagedCharts[controller];
    const content = configs.find(({ metadata }) => metadata?.name === chart)?.spec?.valuesContent ?? "";
    if (content === (applied ?? "")) return;
    await sleep(moment);
    const wanted = ingressControllerObjects(controller, (parse(content) ?? {}) as IngressValues);
    for (const object of wanted) {
      if (!(await orUndefined(objects.read(withIdentity(object))))) await objects.create(object);
      // A patch would keep removed keys of a ConfigMap.
      else if (object.kind === "ConfigMap") await objects.replace(object);
      else await objects.patch(object, undefined, undefined, undefined, undefined, PatchStrategy.MergePatch);
    }
    const where = { namespace: "kube-system", name: chart };
    if (wanted.some(({ kind }) => kind === "DaemonSet")) await orUndefined(apps.deleteNamespacedDeployment(where));
    else await orUndefined(apps.deleteNamespacedDaemonSet(where));
    applied = content;
    progress(`fake helm-controller upgraded ${chart}${content === "" ? " to its own values" : ""}`);
  };
  const root = `/apis/${helmGroup.group}/${helmGroup.version}/namespaces/${helmGroup.namespace}`;
  const paths = [`${root}/helmcharts`, `${root}/helmchartconfigs`];
  return startReconciler({ name: "fake helm-controller", client, paths, reconcile, progress });
}

function controllerOf(chart: string | undefined): Exclude<IngressController, "none"> | undefined {
  return (["traefik", "ingress-nginx"] as const).find((controller) => packagedCharts[controller] === chart);
}

function withIdentity(object: HelmObject) {
  const { name = "", namespace } = object.metadata ?? {};
  return { ...object, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}
