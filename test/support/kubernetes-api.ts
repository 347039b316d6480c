import "reflect-metadata"; // @peculiar/x509 needs it before itself
import { KeyObject } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509";

/** Objects of a cluster, as far as the survey requests them. */
export interface FakeCluster {
  readonly gitVersion?: string;
  /** Returns this status, with `Retry-After: 0`, to that many requests before the first proper response. */
  readonly overloaded?: { readonly status: number; readonly times: number };
  /** Replacement for the response to a path. */
  readonly answers?: Readonly<Record<string, unknown>>;
  readonly ingressClasses?: readonly object[];
  readonly namespaces?: readonly object[];
  readonly deployments?: readonly object[];
  /** Secrets in `cattle-system` with `owner=helm,name=rancher`. */
  readonly releases?: readonly object[];
  readonly daemonSets?: readonly object[];
  /** By namespace. */
  readonly services?: Readonly<Record<string, readonly object[]>>;
  /** By `namespace/name`. */
  readonly configMaps?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** In kube-system. Without them the cluster does not have the kinds. */
  readonly helmCharts?: readonly object[];
  readonly helmChartConfigs?: readonly object[];
}

export interface FakeApi extends AsyncDisposable {
  readonly server: string;
  /** `METHOD path?query` of every request so far. */
  readonly requests: readonly string[];
  /** A kubeconfig that leads here, with the token `canary-token`. */
  readonly kubeconfig: string;
}

/** An API server on loopback that responds to the survey's requests, or to every request with one status. */
export async function playApi(cluster: FakeCluster | { status: number } | "silence"): Promise<FakeApi> {
  const requests: string[] = [];
  const { key, cert } = await loopbackCertificate();
  const api = createServer({ key, cert }, (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (cluster === "silence") return;
    if ("overloaded" in cluster && cluster.overloaded && requests.length <= cluster.overloaded.times) {
      response.writeHead(cluster.overloaded.status, { "retry-after": "0" }).end();
      return;
    }
    const path = (request.url ?? "").split("?")[0] ?? "";
    if ("answers" in cluster && cluster.answers && path in cluster.answers) {
      const given = cluster.answers[path];
      response.writeHead(200).end(typeof given === "string" ? given : JSON.stringify(given));
      return;
    }
    const [status, body] = answer(cluster, request);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  const server = `https://127.0.0.1:${await listen(api)}`;
  return {
    server,
    requests,
    kubeconfig: kubeconfigFor(server, cert),
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        api.close(() => resolve());
        api.closeAllConnections();
      }),
  };
}

/** @param ca PEM; without it the system's own are trusted */
export function kubeconfigFor(server: string, ca?: string): string {
  const trust = ca === undefined ? {} : { "certificate-authority-data": Buffer.from(ca).toString("base64") };
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "test", cluster: { server, ...trust } }],
    users: [{ name: "test", user: { token: "canary-token" } }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
  });
}

/** A revision of a Helm release, as Helm stores it in a Secret. */
export function helmRevision(revision: number, status: string, chartVersion: string, config: object = {}): object {
  const chart = { metadata: { name: "rancher", version: chartVersion } };
  const release = JSON.stringify({ name: "rancher", chart, config });
  const byHelm = gzipSync(release).toString("base64");
  return {
    metadata: {
      name: `sh.helm.release.v1.rancher.v${revision}`,
      namespace: "cattle-system",
      labels: { owner: "helm", name: "rancher", status, version: String(revision) },
    },
    data: { release: Buffer.from(byHelm).toString("base64") },
  };
}

async function loopbackCertificate(): Promise<{ key: string; cert: string }> {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: "CN=fake API server",
    keys,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: "ip", value: "127.0.0.1" }])],
  });
  const key = KeyObject.from(keys.privateKey).export({ type: "pkcs8", format: "pem" });
  return { key: key.toString(), cert: certificate.toString("pem") };
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

function answer(cluster: FakeCluster | { status: number }, { url = "" }: IncomingMessage): [number, object] {
  if ("status" in cluster) return [cluster.status, { kind: "Status", apiVersion: "v1", code: cluster.status }];
  const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
  switch (`${pathname}?${searchParams.get("labelSelector") ?? ""}`) {
    case "/version?":
      return [200, { major: "1", minor: "35", gitVersion: cluster.gitVersion ?? "v1.35.2" }];
    case "/apis/networking.k8s.io/v1/ingressclasses?":
      return [200, { kind: "IngressClassList", items: cluster.ingressClasses ?? [] }];
    case "/api/v1/namespaces?":
      return [200, { kind: "NamespaceList", items: cluster.namespaces ?? [] }];
    case "/apis/apps/v1/deployments?":
      return [200, { kind: "DeploymentList", items: cluster.deployments ?? [] }];
    case "/api/v1/namespaces/cattle-system/secrets?owner=helm,name=rancher":
      return [200, { kind: "SecretList", items: cluster.releases ?? [] }];
    case "/apis/apps/v1/daemonsets?":
      return [200, { kind: "DaemonSetList", items: cluster.daemonSets ?? [] }];
    default:
      return answerNamed(cluster, pathname) ?? [404, { kind: "Status", code: 404, message: url }];
  }
}

/** Namespaced objects, and kinds that not every cluster has. */
function answerNamed(cluster: FakeCluster, pathname: string): [number, object] | undefined {
  const [, namespace = "", kind, name] = /^\/api\/v1\/namespaces\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/.exec(pathname) ?? [];
  if (kind === "services") return [200, { kind: "ServiceList", items: cluster.services?.[namespace] ?? [] }];
  const data = kind === "configmaps" ? cluster.configMaps?.[`${namespace}/${name}`] : undefined;
  if (data) return [200, { kind: "ConfigMap", data }];
  const helm = "/apis/helm.cattle.io/v1/namespaces/kube-system";
  const items = { [`${helm}/helmcharts`]: cluster.helmCharts, [`${helm}/helmchartconfigs`]: cluster.helmChartConfigs }[
    pathname
  ];
  return items && [200, { kind: "List", items }];
}
