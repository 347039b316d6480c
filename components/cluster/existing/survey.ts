import { gunzipSync } from "node:zlib";
import type { z } from "zod";
import type { ClusterFacts, IngressClass, Installed } from "../cluster-facts.ts";
import { findIngress } from "../ingress/ingress-findings.ts";
import { readKubeconfig } from "./kubeconfig.ts";
import { answerTime, getFrom, InvalidAnswer, metadataOnly } from "./kubernetes-api.ts";
import { isOwned } from "../ownership.ts";
import {
  helmRelease,
  ingressClassObject,
  kubernetesObject,
  listOf,
  secretObject,
  versionAnswer,
  type IngressClassObject,
  type KubernetesObject,
  type Release,
  type SecretObject,
} from "./survey-answers.ts";
import { explainSurveyError } from "./survey-error.ts";

/** Namespaces of Kubernetes, its distributions, and Rancher and its components. */
const ownNamespaces =
  /^(kube-.*|default|cattle-.*|cert-manager|fleet-.*|local|local-path-storage|rancher-.*|c-m?-.*|p-.*)$/;

/**
 * Reads the state of a cluster without changing it.
 *
 * @param stack `<project>/<stack>`, to tell this stack's objects from others'.
 * @param alsoIngress Reads the ingress controller's configuration, too.
 * @param hostname Rancher's hostname. A kubeconfig that points to it is rejected.
 * @throws an error with the reason why the cluster cannot be read. It never contains the kubeconfig.
 */
export async function survey(
  kubeconfig: string,
  stack: string,
  alsoIngress = false,
  hostname?: string,
): Promise<ClusterFacts> {
  const access = await readKubeconfig(kubeconfig);
  if (hostname !== undefined && goesThrough(access.server, hostname))
    throw new Error(
      `connects through Rancher itself, at ${access.server}, so an upgrade would cut its own connection. Use a kubeconfig of ` +
        "the cluster's API server (rancher/rancher#53134).",
    );
  const requests = new AbortController();
  // Not AbortSignal.any with AbortSignal.timeout, which Node 20 may garbage-collect before it fires.
  const timer = setTimeout(() => requests.abort(), answerTime);
  const get = getFrom(access, requests.signal);
  const ask = async <T>(path: string, schema: z.ZodType<T>, accept?: string): Promise<T> => {
    const result = schema.safeParse(await get(path, accept));
    if (!result.success) throw new InvalidAnswer(path);
    return result.data;
  };
  try {
    const [version, classes, namespaces, deployments, releases, ingress] = await Promise.all([
      ask("/version", versionAnswer),
      ask("/apis/networking.k8s.io/v1/ingressclasses", listOf(ingressClassObject)),
      ask("/api/v1/namespaces", listOf(kubernetesObject), metadataOnly),
      ask("/apis/apps/v1/deployments", listOf(kubernetesObject), metadataOnly),
      ask("/api/v1/namespaces/cattle-system/secrets?labelSelector=owner%3Dhelm%2Cname%3Drancher", listOf(secretObject)),
      alsoIngress ? findIngress(get, stack).catch(malformed) : undefined,
    ]);
    const release = newestRelease(releases.items, ["deployed", "superseded"]);
    const owned = new Set(
      namespaces.items.filter((item) => isOwned(item.metadata?.labels ?? undefined, stack)).map(nameOf),
    );
    const wanted = ["cattle-system", "cert-manager"];
    return {
      origin: "surveyed",
      uid: namespaces.items.find((item) => nameOf(item) === "kube-system")?.metadata?.uid ?? undefined,
      kubernetesVersion: version.gitVersion,
      ingressClasses: classes.items.map(describeClass),
      certManager: installed(certManagerVersion(deployments.items), owned.has("cert-manager")),
      rancher: owned.has("cattle-system")
        ? installed(release?.chart?.metadata?.version, true)
        : installed(foreignRancherVersion(releases.items, deployments.items), false),
      externalTls: release?.config?.tls === "external",
      ingress,
      foreignNamespaces: namespaces.items.map(nameOf).filter((name) => wanted.includes(name) && !owned.has(name)),
      otherWorkloads: [...new Set(deployments.items.map(({ metadata }) => metadata?.namespace ?? ""))]
        .filter((name) => name !== "" && !ownNamespaces.test(name))
        .sort(),
    };
  } catch (error) {
    throw new Error(explainSurveyError(error, access.server), { cause: undefined });
  } finally {
    clearTimeout(timer);
    // Cancels the requests that are still running after another one failed.
    requests.abort();
  }
}

function goesThrough(server: string, hostname: string): boolean {
  return URL.canParse(server) && new URL(server).hostname === hostname.toLowerCase();
}

/** Reading an ingress controller's objects throws a TypeError if they do not have the form that Kubernetes defines. */
function malformed(error: unknown): never {
  throw error instanceof TypeError && !("code" in error)
    ? new InvalidAnswer("the ingress controller's objects")
    : error;
}

function nameOf({ metadata }: KubernetesObject): string {
  return metadata?.name ?? "";
}

function describeClass({ metadata, spec }: IngressClassObject): IngressClass {
  return {
    name: metadata?.name ?? "",
    controller: spec?.controller ?? "",
    isDefault: metadata?.annotations?.["ingressclass.kubernetes.io/is-default-class"] === "true",
  };
}

function installed(version: string | undefined, owned: boolean): Installed | undefined {
  return version === undefined ? undefined : { version: version.replace(/^v/, ""), owned };
}

/** The controller has the same labels with every installation method. */
function certManagerVersion(deployments: readonly KubernetesObject[]): string | undefined {
  return deployments.find(
    ({ metadata }) =>
      metadata?.labels?.["app.kubernetes.io/name"] === "cert-manager" &&
      metadata.labels["app.kubernetes.io/component"] === "controller",
  )?.metadata?.labels?.["app.kubernetes.io/version"];
}

/**
 * A Rancher of another stack counts with any status of its Helm release, and even without a release, because it may
 * keep running after a failed or interrupted upgrade. Only in this stack's own namespace an unfinished release is ours.
 */
function foreignRancherVersion(
  releases: readonly SecretObject[],
  deployments: readonly KubernetesObject[],
): string | undefined {
  const release = newestRelease(releases);
  if (release !== undefined) return release.chart?.metadata?.version ?? "unknown";
  const isRancher = ({ metadata }: KubernetesObject) =>
    metadata?.namespace === "cattle-system" && metadata.name === "rancher";
  return deployments.some(isRancher) ? "unknown" : undefined;
}

/** Helm stores a release as gzipped JSON in a secret, base64-encoded once by Helm and once by Kubernetes. */
function newestRelease(secrets: readonly SecretObject[], statuses?: readonly string[]): Release | undefined {
  const revisions = secrets
    .filter(({ metadata }) => statuses?.includes(metadata?.labels?.["status"] ?? "") ?? true)
    .sort((a, b) => Number(b.metadata?.labels?.["version"] ?? 0) - Number(a.metadata?.labels?.["version"] ?? 0));
  const encoded = revisions[0]?.data?.["release"];
  if (encoded === undefined) return undefined;
  const packed = Buffer.from(Buffer.from(encoded, "base64").toString(), "base64");
  try {
    return helmRelease.parse(JSON.parse(gunzipSync(packed).toString()));
  } catch {
    throw new InvalidAnswer("the Helm release rancher in cattle-system");
  }
}
