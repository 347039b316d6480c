import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdir } from "node:fs/promises";
import path from "node:path";

import {
  AppsV1Api,
  CoreV1Api,
  type KubeConfig,
  NetworkingV1Api,
  PatchStrategy,
  setHeaderOptions,
  type V1Ingress,
} from "@kubernetes/client-node";

import { createCertificateAuthority } from "../../kubernetes/certificate-authority.ts";
import type { IngressController } from "../../kubernetes/ingress-controller.ts";
import type { Counters, Route } from "./ingress-messages.ts";
import { readTrust } from "./ingress-trust.ts";
import { type ListenerPlace, type NodeListener, startNodeListener } from "../node-listener.ts";
import { orUndefined } from "../not-found.ts";
import { isAvailable } from "../pod-readiness.ts";
import { startReconciler } from "../reconciler.ts";

/** The fake ingress controller on every node, with Rancher behind it. */
export interface FakeIngress {
  readonly listeners: readonly Pick<NodeListener, "node" | "ports">[];
  /** Requests so far, by the node's name. */
  counters(): Promise<ReadonlyMap<string, Counters>>;
  close(): Promise<void>;
}

const namespace = "cattle-system";
/** @see https://kubernetes.github.io/ingress-nginx/user-guide/nginx-configuration/annotations/ (ssl-redirect) */
const nginx = { controller: "k8s.io/ingress-nginx", redirect: 308, off: "nginx.ingress.kubernetes.io/ssl-redirect" };

/**
 * Serves Rancher on every node while the Ingress `rancher` exists, has this cluster's class, and its Deployment has a
 * ready pod. Everything else is 404, as with Traefik. Hosts use the certificate in their Ingress's Secret, or the
 * default certificate. Trusted networks come from the controller's objects. The nodes' addresses are published in the
 * Ingress's status.
 */
export async function startFakeIngress(options: {
  readonly client: KubeConfig;
  readonly nodes: readonly ListenerPlace[];
  /** Folder of the listeners' logs; created with mode 0700. */
  readonly folder: string;
  /** The controller whose objects have the trusted networks. */
  readonly ingressController: IngressController;
  /** @default 80 and 443 */
  readonly ports?: { readonly http: number; readonly https: number };
  /** Unix socket of a genuine Rancher server. @default a fake Rancher */
  readonly rancherSocket?: string;
  readonly progress: (line: string) => void;
}): Promise<FakeIngress> {
  const { client, nodes, folder, ingressController, ports = { http: 80, https: 443 }, progress } = options;
  const { rancherSocket } = options;
  const defaultCertificate = await createCertificateAuthority("Rehearsal ingress default certificate");
  const setup = {
    ports,
    defaultCertificate: { certificate: defaultCertificate.certificate, key: defaultCertificate.key },
    ...(rancherSocket !== undefined && { rancherSocket }),
  };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const starts = await Promise.allSettled(
    nodes.map((node) => startNodeListener(node, setup, path.join(folder, `${node.name}.log`))),
  );
  const listeners = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  const failure = starts.find((start) => start.status === "rejected");
  if (failure) {
    await Promise.all(listeners.map((listener) => listener.close()));
    throw failure.reason;
  }

  let served: string | undefined;
  const reconcile = async () => {
    const [routes, trust] = await Promise.all([findRoutes(client, nodes), readTrust(client, ingressController)]);
    const text = JSON.stringify({ routes, trust });
    if (text === served) return;
    await Promise.all(listeners.map((listener) => listener.route(routes, trust)));
    served = text;
    const hosts = routes.map(({ host, certificate }) => `${host}${certificate ? "" : " (default certificate)"}`);
    progress(hosts.length > 0 ? `the nodes serve ${hosts.join(", ")}` : "the nodes serve no host: 404");
  };
  const paths = [
    "/apis/networking.k8s.io/v1/ingresses",
    `/apis/apps/v1/namespaces/${namespace}/deployments`,
    `/api/v1/namespaces/${namespace}/secrets`,
    "/apis/apps/v1/namespaces/kube-system/daemonsets",
    "/api/v1/namespaces/kube-system/configmaps",
  ];
  const reconciler = startReconciler({ name: "fake ingress controller", client, paths, reconcile, progress });
  return {
    listeners: listeners.map(({ node, ports: opened }) => ({ node, ports: opened })),
    counters: async () =>
      new Map(await Promise.all(listeners.map(async (one) => [one.node, await one.counters()] as const))),
    close: async () => {
      await reconciler.stop();
      await Promise.all(listeners.map((listener) => listener.close()));
    },
  };
}

async function findRoutes(client: KubeConfig, nodes: readonly ListenerPlace[]): Promise<Route[]> {
  const networking = client.makeApiClient(NetworkingV1Api);
  const ingress = await orUndefined(networking.readNamespacedIngress({ namespace, name: "rancher" }));
  const className = ingress?.spec?.ingressClassName;
  if (!ingress || !className) return [];
  const ingressClass = await orUndefined(networking.readIngressClass({ name: className }));
  if (!ingressClass) return [];
  await publishAddresses(networking, ingress, nodes);
  const deployment = await orUndefined(
    client.makeApiClient(AppsV1Api).readNamespacedDeployment({ namespace, name: "rancher" }),
  );
  if (!isAvailable(deployment)) return [];

  const core = client.makeApiClient(CoreV1Api);
  const certificates = new Map<string, Route["certificate"]>();
  for (const { hosts = [], secretName } of ingress.spec?.tls ?? []) {
    const secret = secretName
      ? await orUndefined(core.readNamespacedSecret({ namespace, name: secretName }))
      : undefined;
    for (const host of hosts) certificates.set(host.toLowerCase(), usable(secret?.data));
  }
  const redirects =
    ingressClass.spec?.controller === nginx.controller && ingress.metadata?.annotations?.[nginx.off] !== "false";
  return (ingress.spec?.rules ?? []).flatMap(({ host = "" }) => {
    const name = host.toLowerCase();
    if (name === "") return [];
    const certificate = certificates.get(name);
    return {
      host: name,
      ...(certificate && { certificate }),
      ...(redirects && certificates.has(name) && { redirect: nginx.redirect }),
    };
  });
}

/** The pair if certificate and key match. Otherwise ingress controllers use their default certificate. */
function usable(data: Record<string, string> | undefined): Route["certificate"] {
  const [certificate, key] = ["tls.crt", "tls.key"].map((name) => Buffer.from(data?.[name] ?? "", "base64").toString());
  if (!certificate || !key) return undefined;
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key)) ? { certificate, key } : undefined;
  } catch {
    return undefined;
  }
}

async function publishAddresses(
  networking: NetworkingV1Api,
  { metadata, status }: V1Ingress,
  nodes: readonly ListenerPlace[],
): Promise<void> {
  const wanted = nodes.map(({ address }) => ({ ip: address }));
  const current = (status?.loadBalancer?.ingress ?? []).map(({ ip }) => ({ ip }));
  if (JSON.stringify(current) === JSON.stringify(wanted)) return;
  await networking.patchNamespacedIngressStatus(
    { namespace: metadata!.namespace!, name: metadata!.name!, body: { status: { loadBalancer: { ingress: wanted } } } },
    setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
  );
}
