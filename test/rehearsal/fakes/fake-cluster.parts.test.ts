import { X509Certificate } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import {
  AdmissionregistrationV1Api,
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  NetworkingV1Api,
} from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { type ChartRepository, serveCharts } from "../../../rehearsal/charts/repository.ts";
import {
  type CertificateAuthority,
  createCertificateAuthority,
} from "../../../rehearsal/kubernetes/certificate-authority.ts";
import { type Kubernetes, startKubernetes } from "../../../rehearsal/kubernetes/kubernetes.ts";
import type { Certificate, Issuer } from "../../../rehearsal/fakes/certificate-objects.ts";
import { type FakeCluster, startFakeCluster } from "../../../rehearsal/fakes/fake-cluster.ts";
import { ask, type Seen } from "./ask.ts";
import { helmFor } from "./helm.ts";
import { thisMachine } from "./this-machine.ts";

const isRoot = process.getuid?.() === 0;
const host = "rancher.example.com";
const namespace = "cattle-system";
const soon = { timeout: 10_000, interval: 100 };

/** The tests of this file build on each other, like an operator's steps. */
describe.skipIf(!isRoot)("charts, real helm, and the parts that simulate pods", () => {
  let folder: string;
  let authority: CertificateAuthority;
  let kubernetes: Kubernetes;
  let fake: FakeCluster;
  let charts: ChartRepository;
  let client: KubeConfig;
  let core: CoreV1Api;
  let helm: Awaited<ReturnType<typeof helmFor>>;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "fake-"));
    const nodes = [1, 2, 3].map((n) => thisMachine(`server-${n}`, `127.0.0.1${n}`));
    authority = await createCertificateAuthority("Rehearsal CA");
    kubernetes = await startKubernetes({ folder: path.join(folder, "kubernetes"), nodes, progress: () => {} });
    charts = await serveCharts({
      folder: path.join(folder, "charts"),
      charts: [
        { chart: "rancher", versions: ["2.14.4", "2.15.2"] },
        { chart: "cert-manager", versions: ["v1.21.2"] },
      ],
    });
    const ports = { http: 0, https: 0 };
    fake = await startFakeCluster({
      kubernetes,
      nodes,
      authority,
      ports,
      folder: path.join(folder, "fake"),
      progress: () => {},
    });
    client = new KubeConfig();
    client.loadFromString(kubernetes.kubeconfig);
    core = client.makeApiClient(CoreV1Api);
    helm = await helmFor(folder, kubernetes.kubeconfig);
  });
  afterAll(async () => {
    await fake?.close();
    await charts?.close();
    await kubernetes?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const release = (verb: "install" | "upgrade", chart: string, version: string, home: string, ...values: string[]) =>
    helm(
      ...[verb, chart, chart, "--version", version, "--repo", charts.url, "--namespace", home, "--create-namespace"],
      ...["--wait", "--timeout", "60s", ...values.flatMap((value) => ["--set", value])],
    );
  const rancher = (verb: "install" | "upgrade", version: string, ...values: string[]) =>
    release(verb, "rancher", version, namespace, `hostname=${host}`, ...values);
  const get = (node: number, requested: string): Promise<Seen> =>
    ask({ address: `127.0.0.1${node}`, port: fake.listeners[node - 1]!.ports.https, host, tls: true }, requested);
  const secret = async (name: string, key: string) => {
    const { data } = await core.readNamespacedSecret({ namespace, name });
    return Buffer.from(data![key]!, "base64").toString();
  };

  it("serves nothing on a node of a cluster without Rancher", async () => {
    expect((await get(1, "/ping")).status).toBe(404);
  });

  it("installs cert-manager with its hook, without waiting for its webhooks", async () => {
    await release("install", "cert-manager", "v1.21.2", "cert-manager", "crds.enabled=true");

    const admission = client.makeApiClient(AdmissionregistrationV1Api);
    await vi.waitFor(async () => {
      const { items: validating } = await admission.listValidatingWebhookConfiguration();
      const { items: mutating } = await admission.listMutatingWebhookConfiguration();
      const webhooks = [...validating, ...mutating].flatMap((configuration) => configuration.webhooks ?? []);
      expect(webhooks.map(({ failurePolicy }) => failurePolicy)).toEqual(["Ignore", "Ignore"]);
      expect(webhooks.map(({ matchConditions }) => matchConditions?.[0]?.expression)).toEqual(["false", "false"]);
    }, soon);
  });

  it("installs Rancher 2.14.4, and every node serves it with a certificate of Rancher's CA", async () => {
    await rancher("install", "2.14.4", "bootstrapPassword=first-password");

    const ca = new X509Certificate(authority.certificate);
    for (const node of [1, 2, 3]) {
      await vi.waitFor(async () => {
        const { status, headers, body, certificate } = await get(node, "/ping");
        expect({ status, body, node: headers["x-rehearsal-node"] }).toEqual({
          status: 200,
          body: "pong",
          node: `server-${node}`,
        });
        expect(certificate!.checkHost(host)).toBe(host);
        expect(certificate!.verify(ca.publicKey)).toBe(true);
      }, soon);
    }
    expect(await secret("tls-rancher", "tls.crt")).toBe(authority.certificate);
    const ingress = await client.makeApiClient(NetworkingV1Api).readNamespacedIngress({ namespace, name: "rancher" });
    expect(ingress.status?.loadBalancer?.ingress).toEqual([1, 2, 3].map((n) => ({ ip: `127.0.0.1${n}` })));
    expect([...(await fake.counters()).keys()]).toEqual(["server-1", "server-2", "server-3"]);
  });

  it("rejects a chart that does not allow this Kubernetes", async () => {
    const old = await serveCharts({
      folder: path.join(folder, "old"),
      charts: [{ chart: "rancher", versions: ["2.12.12"] }],
    });
    const args = ["install", "old", "rancher", "--repo", old.url, "--namespace", "elsewhere"];

    await expect(helm(...args)).rejects.toThrow("chart requires kubeVersion: <1.34.0-0 which is incompatible");
    await old.close();
  });

  it("upgrades to 2.15.2 and keeps the first bootstrap password", async () => {
    await rancher("upgrade", "2.15.2", "bootstrapPassword=second-password");

    expect(await secret("bootstrap-secret", "bootstrapPassword")).toBe("first-password");
    const deployments = client.makeApiClient(AppsV1Api);
    const { spec } = await deployments.readNamespacedDeployment({ namespace, name: "rancher" });
    expect(spec?.template.spec?.containers[0]?.image).toBe("rancher/rancher:v2.15.2");
  });

  it("signs a new certificate if the secret is missing, or the host has changed", async () => {
    const first = await secret("tls-rancher-ingress", "tls.crt");
    await core.deleteNamespacedSecret({ namespace, name: "tls-rancher-ingress" });
    await vi.waitFor(async () => expect(await secret("tls-rancher-ingress", "tls.crt")).not.toBe(first), soon);

    await rancher("upgrade", "2.15.2", "hostname=other.example.com");

    await vi.waitFor(async () => {
      const certificate = new X509Certificate(await secret("tls-rancher-ingress", "tls.crt"));
      expect(certificate.checkHost("other.example.com")).toBe("other.example.com");
      expect((await get(1, "/ping")).status).toBe(404);
    }, soon);
    await rancher("upgrade", "2.15.2");
  });

  it("simulates ACME, and serves the user's certificate unchanged", async () => {
    await rancher("upgrade", "2.15.2", "ingress.tls.source=letsEncrypt", "letsEncrypt.email=a@example.com");
    await core.deleteNamespacedSecret({ namespace, name: "tls-rancher-ingress" });
    await vi.waitFor(async () => expect(await secret("tls-rancher-ingress", "tls.crt")).toContain("CERTIFICATE"), soon);
    await vi.waitFor(async () => expect((await get(2, "/ping")).certificate!.checkHost(host)).toBe(host), soon);

    const own = await createCertificateAuthority("The user's CA");
    const pair = await own.issue({ commonName: host, hosts: [host], usage: "server" });
    await core.createNamespacedSecret({
      namespace,
      body: {
        metadata: { name: "own" },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": pair.certificate, "tls.key": pair.key },
      },
    });
    await rancher("upgrade", "2.15.2", "ingress.tls.source=secret", "ingress.tls.secretName=own");

    await vi.waitFor(async () => {
      expect((await get(3, "/ping")).certificate!.verify(new X509Certificate(own.certificate).publicKey)).toBe(true);
    }, soon);
    expect(await secret("own", "tls.crt")).toBe(pair.certificate);
  });

  it("does not serve an Ingress of a class that this cluster does not have", async () => {
    await rancher("upgrade", "2.15.2", "ingress.ingressClassName=nginx");
    await vi.waitFor(async () => expect((await get(1, "/ping")).status).toBe(404), soon);

    await rancher("upgrade", "2.15.2", "ingress.ingressClassName=traefik");
    await vi.waitFor(async () => expect((await get(1, "/ping")).status).toBe(200), soon);
  });

  it("does not serve a Rancher without pods", async () => {
    const scale = (replicas: number) =>
      client.makeApiClient(AppsV1Api).replaceNamespacedDeploymentScale({
        namespace,
        name: "rancher",
        body: { metadata: { name: "rancher", namespace }, spec: { replicas } },
      });
    await scale(0);
    await vi.waitFor(async () => expect((await get(1, "/ping")).status).toBe(404), soon);

    await scale(3);
    await vi.waitFor(async () => expect((await get(1, "/ping")).status).toBe(200), soon);
  });

  it("reports an issuer that waits for a missing CA", async () => {
    const objects = client.makeApiClient(CustomObjectsApi);
    const where = { group: "cert-manager.io", version: "v1", namespace: "default" };
    const create = (plural: string, kind: string, name: string, spec: object) =>
      objects.createNamespacedCustomObject({
        ...where,
        plural,
        body: { apiVersion: "cert-manager.io/v1", kind, metadata: { name }, spec },
      });
    await create("issuers", "Issuer", "waiting", { ca: { secretName: "missing" } });
    await create("certificates", "Certificate", "waiting", {
      secretName: "waiting",
      dnsNames: ["a.example.com"],
      issuerRef: { name: "waiting" },
    });

    const read = async (plural: string) => {
      const object = await objects.getNamespacedCustomObject({ ...where, plural, name: "waiting" });
      return (object as Issuer | Certificate).status?.conditions?.[0];
    };
    const message = 'Error getting keypair for CA issuer: secrets "missing" not found';
    await vi.waitFor(async () => expect(await read("issuers")).toMatchObject({ status: "False", message }), soon);
    await vi.waitFor(async () => expect(await read("certificates")).toMatchObject({ status: "False", message }), soon);
    await expect(core.readNamespacedSecret({ namespace: "default", name: "waiting" })).rejects.toMatchObject({
      code: 404,
    });
  });

  it("uninstalls both; genuine pods' leftovers remain, and no node serves", async () => {
    await helm("uninstall", "rancher", "--namespace", namespace, "--wait");

    await vi.waitFor(async () => expect((await get(1, "/ping")).status).toBe(404), soon);
    await vi.waitFor(async () => {
      const { items } = await core.listNamespacedSecret({ namespace });
      const names = items.map(({ metadata }) => metadata!.name);
      expect(names).toEqual(["own", "tls-rancher", "tls-rancher-ingress"]);
    }, soon);
    await helm("uninstall", "cert-manager", "--namespace", "cert-manager", "--wait");
    expect(JSON.parse(await helm("list", "--all", "--all-namespaces", "--output", "json"))).toEqual([]);
  });
});
