import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";

import { serveCharts } from "../../../rehearsal/charts/repository.ts";
import { tool } from "../../../tools/toolbox.mjs";

const run = promisify(execFile);

interface Rendered {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec: { [key: string]: never };
}

let folder: string;
let helm: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "charts-"));
  helm = (await tool("helm")).path;
  const charts = await serveCharts({
    folder,
    charts: [
      { chart: "rancher", versions: ["2.15.2", "2.11.16"] },
      { chart: "cert-manager", versions: ["1.21.2"] },
    ],
  });
  await charts.close();
});
afterAll(() => rm(folder, { recursive: true }));

/** Output of `helm template` for a chart, or its error message. */
async function template(chart: string, values: readonly string[] = [], kubernetes = "1.34.1"): Promise<Rendered[]> {
  const [name] = chart.split(/-v?\d/);
  const sets = values.flatMap((value) => ["--set", value]);
  const args = ["template", name!, path.join(folder, `${chart}.tgz`), "--kube-version", kubernetes, ...sets];
  const { stdout } = await run(helm, args, { env: { HOME: folder } });
  return parseAllDocuments(stdout).flatMap((document) => (document.toJSON() as Rendered | null) ?? []);
}
const kinds = (objects: readonly Rendered[]) => objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort();
const find = (objects: readonly Rendered[], kind: string) => objects.find((object) => object.kind === kind);
const container = (objects: readonly Rendered[]) =>
  (find(objects, "Deployment") as unknown as { spec: { template: { spec: { containers: { args: string[] }[] } } } })
    .spec.template.spec.containers[0]!;

it("packages the requested charts and nothing else", async () => {
  expect((await readdir(folder)).filter((name) => !name.startsWith(".")).sort()).toEqual([
    "cert-manager-v1.21.2.tgz",
    "index.yaml",
    "rancher-2.11.16.tgz",
    "rancher-2.15.2.tgz",
  ]);
});

describe("our cert-manager chart", () => {
  it("contains CRDs only on request, and keeps them", async () => {
    const crds = (objects: readonly Rendered[]) => objects.filter(({ kind }) => kind === "CustomResourceDefinition");

    expect(crds(await template("cert-manager-v1.21.2"))).toEqual([]);
    const kept = crds(await template("cert-manager-v1.21.2", ["crds.enabled=true"]));
    expect(kept).toHaveLength(6);
    for (const { metadata } of kept) expect(metadata.annotations?.["helm.sh/resource-policy"]).toBe("keep");
    const dropped = crds(await template("cert-manager-v1.21.2", ["crds.enabled=true", "crds.keep=false"]));
    for (const { metadata } of dropped) expect(metadata.annotations).toBeUndefined();
  });

  it.each([
    ["nonsense=1", "additional properties 'nonsense' not allowed"],
    ["webhook.replicas=3", "additional properties 'replicas' not allowed"],
    ["crds.install=true", "additional properties 'install' not allowed"],
    ["replicaCount=three", "got string, want number"],
    ["crds.enabled=maybe", "got string, want boolean"],
    ["httpProxy=http://proxy:3128", "additional properties 'httpProxy' not allowed"],
  ])("rejects %s", async (value, reason) => {
    await expect(template("cert-manager-v1.21.2", [value])).rejects.toThrow(reason);
  });

  it("accepts the values that the program and older guides set", async () => {
    const values = ["installCRDs=true", "replicaCount=2", "webhook.replicaCount=3", "cainjector.replicaCount=2"];

    const objects = await template("cert-manager-v1.21.2", [...values, "http_proxy=http://proxy:3128", "global.x=1"]);

    const replicas = objects.filter(({ kind }) => kind === "Deployment").map(({ spec }) => spec["replicas"]);
    expect(replicas).toEqual([2, 3, 2]);
  });
});

describe("our Rancher chart", () => {
  const hostname = "hostname=rancher.example.com";

  it("renders the objects of the vendor's chart", async () => {
    expect(kinds(await template("rancher-2.15.2", [hostname, "bootstrapPassword=secret"]))).toEqual([
      "ClusterRole rancher-post-delete",
      "ClusterRole rancher-pre-upgrade",
      "ClusterRoleBinding rancher",
      "ClusterRoleBinding rancher-post-delete",
      "ClusterRoleBinding rancher-pre-upgrade",
      "ConfigMap rancher-config",
      "ConfigMap rancher-post-delete",
      "ConfigMap rancher-pre-upgrade",
      "Deployment rancher",
      "Ingress rancher",
      "Issuer rancher",
      "Job rancher-post-delete",
      "Job rancher-pre-upgrade",
      "PriorityClass rancher-critical",
      "Secret bootstrap-secret",
      "Service rancher",
      "Service rancher-internal",
      "ServiceAccount rancher",
      "ServiceAccount rancher-post-delete",
      "ServiceAccount rancher-pre-upgrade",
    ]);
  });

  const ports = (objects: readonly Rendered[]) =>
    objects
      .filter(({ kind }) => kind === "Service")
      .map(({ metadata, spec }) => {
        const all = spec["ports"] as unknown as { name: string; port: number; targetPort: number }[];
        return [metadata.name, all.map(({ name, port, targetPort }) => `${name} ${port}:${targetPort}`)];
      });

  it("forwards port 443 of its Service to 443, as the genuine chart does from 2.14", async () => {
    expect(ports(await template("rancher-2.15.2", [hostname]))).toEqual([
      ["rancher", ["http 80:80", "https 443:443"]],
      ["rancher-internal", ["https-internal 443:444"]],
    ]);
  });

  it("forwards port 443 of its Service to 444 up to 2.13", async () => {
    expect(ports(await template("rancher-2.11.16", [hostname], "1.32.0"))).toEqual([
      ["rancher", ["http 80:80", "https-internal 443:444"]],
    ]);
  });

  it("orders its hooks as the genuine chart does, and retries both jobs three times", async () => {
    const hooks = (await template("rancher-2.15.2", [hostname])).filter(({ metadata }) =>
      /-upgrade|-delete/.test(metadata.name),
    );
    const weights = (name: string) =>
      Object.fromEntries(
        hooks
          .filter(({ metadata }) => metadata.name.endsWith(name))
          .map(({ kind, metadata }) => [kind, metadata.annotations?.["helm.sh/hook-weight"]]),
      );
    const delayed = { ServiceAccount: "1", ClusterRole: "1", ClusterRoleBinding: "2", ConfigMap: "1", Job: "3" };

    expect(weights("post-delete")).toEqual(delayed);
    expect(new Set(Object.values(weights("pre-upgrade")))).toEqual(new Set(["-1"]));
    expect(hooks.filter(({ kind }) => kind === "Job").map(({ spec }) => spec["backoffLimit"])).toEqual([3, 3]);
  });

  it("has no pre-upgrade hook before 2.12, and no post-delete hook if that is disabled", async () => {
    const objects = kinds(await template("rancher-2.11.16", [hostname, "postDelete.enabled=false"], "1.32.0"));

    expect(objects.filter((name) => /-upgrade|-delete/.test(name))).toEqual([]);
  });

  it.each([
    ["agentTLSMode=loose", "/agentTLSMode"],
    ["ingress.servicePort=81", "/ingress/servicePort"],
    ["service.disableHTTP=true", "/ingress/servicePort"],
    ["service.type=Loadbalancer", "/service/type"],
    ["auditLog.level=4", "/auditLog/level"],
    ["auditLog.destination=stdout", "/auditLog/destination"],
    ["auditLog.enabled=yes", "/auditLog/enabled"],
    ["networkExposure.type=nodeport", "/networkExposure/type"],
    ["gateway.gatewayClass.tls.source=acme", "/gateway/gatewayClass/tls/source"],
  ])("rejects %s", async (value, where) => {
    await expect(template("rancher-2.15.2", [hostname, value])).rejects.toThrow(`at '${where}'`);
  });

  it("does not check tls and ingress.tls.source, like the vendor's chart", async () => {
    const objects = await template("rancher-2.15.2", [hostname, "ingress.tls.source=nonsense", "tls=nonsense"]);

    expect(find(objects, "Issuer")).toBeUndefined();
  });

  it("rejects a Kubernetes beyond its bound", async () => {
    await expect(template("rancher-2.15.2", [hostname], "1.37.0")).rejects.toThrow(
      "incompatible with Kubernetes v1.37.0",
    );
    await expect(template("rancher-2.11.16", [hostname], "1.33.0")).rejects.toThrow("incompatible");
  });

  it.each([
    { values: [], issuer: "ca", tls: true, cacerts: true },
    {
      values: ["ingress.tls.source=letsEncrypt", "letsEncrypt.email=a@b.c"],
      issuer: "acme",
      tls: true,
      cacerts: false,
    },
    { values: ["ingress.tls.source=secret"], issuer: undefined, tls: true, cacerts: false },
    { values: ["ingress.tls.source=secret", "privateCA=true"], issuer: undefined, tls: true, cacerts: true },
    { values: ["tls=external"], issuer: undefined, tls: false, cacerts: false },
    { values: ["tls=external", "privateCA=true"], issuer: undefined, tls: false, cacerts: true },
  ])("configures TLS for $values", async ({ values, issuer, tls, cacerts }) => {
    const objects = await template("rancher-2.15.2", [hostname, ...values]);

    expect(Object.keys(find(objects, "Issuer")?.spec ?? {})[0]).toBe(issuer);
    expect(find(objects, "Ingress")!.spec["tls"] !== undefined).toBe(tls);
    expect(find(objects, "Ingress")!.metadata.annotations?.["cert-manager.io/issuer"]).toBe(issuer && "rancher");
    expect(container(objects).args.includes("--no-cacerts")).toBe(!cacerts);
  });
});
