import {
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
  type V1DaemonSet,
  type V1Deployment,
  type V1DeploymentStatus,
} from "@kubernetes/client-node";

import type { IngressController } from "../../kubernetes/ingress-controller.ts";
import type { Trust } from "./ingress-messages.ts";
import { orUndefined } from "../not-found.ts";

const namespace = "kube-system";
const trustsNothing: Trust = { forwarders: [], proxies: { http: [], https: [] }, onlyProxies: false };

/** Reads which networks the cluster's ingress controller trusts, from its own objects. */
export async function readTrust(client: KubeConfig, controller: IngressController): Promise<Trust> {
  switch (controller) {
    case "traefik":
      return traefikTrust(client);
    case "ingress-nginx":
      return nginxTrust(client);
    case "none":
      return trustsNothing;
    default:
      return controller satisfies never;
  }
}

/**
 * Reads the arguments of the pods after their rollout. Behind a Service with externalTrafficPolicy Cluster, as
 * in K3s, the sender is an address of the cluster and not the balancer's.
 */
async function traefikTrust(client: KubeConfig): Promise<Trust> {
  const apps = client.makeApiClient(AppsV1Api);
  const where = { namespace, name: "traefik" };
  const workload =
    (await orUndefined(apps.readNamespacedDaemonSet(where))) ??
    (await orUndefined(apps.readNamespacedDeployment(where)));
  const service = await orUndefined(client.makeApiClient(CoreV1Api).readNamespacedService(where));
  if (!workload || !isRolledOut(workload) || service?.spec?.externalTrafficPolicy !== "Local") return trustsNothing;
  const args = workload.spec?.template.spec?.containers[0]?.args ?? [];
  const trusted = (what: string) =>
    args.flatMap((arg) => (arg.startsWith(`--entryPoints.${what}.trustedIPs=`) ? arg.split("=")[1]!.split(",") : []));
  const proxies = { http: trusted("web.proxyProtocol"), https: trusted("websecure.proxyProtocol") };
  return { forwarders: trusted("web.forwardedHeaders"), proxies, onlyProxies: false };
}

async function nginxTrust(client: KubeConfig): Promise<Trust> {
  const core = client.makeApiClient(CoreV1Api);
  const config = await orUndefined(core.readNamespacedConfigMap({ namespace, name: "rke2-ingress-nginx-controller" }));
  const isOn = (key: string) => config?.data?.[key] === "true";
  const networks = (config?.data?.["proxy-real-ip-cidr"] ?? "0.0.0.0/0").split(",");
  return {
    forwarders: isOn("use-forwarded-headers") ? networks : [],
    proxies: isOn("use-proxy-protocol") ? { http: networks, https: networks } : trustsNothing.proxies,
    onlyProxies: isOn("use-proxy-protocol"),
  };
}

function isRolledOut({ metadata, status }: V1DaemonSet | V1Deployment): boolean {
  if (status === undefined || status.observedGeneration !== metadata?.generation) return false;
  if ("desiredNumberScheduled" in status) {
    const { desiredNumberScheduled, updatedNumberScheduled, numberReady } = status;
    return updatedNumberScheduled === desiredNumberScheduled && numberReady === desiredNumberScheduled;
  }
  const { replicas, updatedReplicas, readyReplicas } = status as V1DeploymentStatus;
  return replicas === updatedReplicas && replicas === readyReplicas;
}
