import { fileURLToPath } from "node:url";
import * as pulumi from "@pulumi/pulumi";
import * as kubernetes from "@pulumi/kubernetes";
import { beforeEach, expect, it } from "vitest";
import type { TestCluster } from "./kubernetes-conformance.ts";
import { isEncrypted, type ScratchEngine } from "./scratch-engine.ts";

const chart = fileURLToPath(new URL("chart", import.meta.url));

/** How the kubernetes provider handles `helm.v3.Release`. */
export function releaseConforms(engine: () => ScratchEngine, cluster: () => TestCluster): void {
  let namespace: string;
  let count = 0;
  beforeEach(async () => {
    namespace = `releases-${process.pid}-${++count}`;
    await cluster().objects.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });
  const release =
    (args: Partial<kubernetes.helm.v3.ReleaseArgs> = {}, upsertExistingObjects = false) =>
    async () => {
      const kubeconfig = pulumi.secret(cluster().kubeconfig);
      const provider = new kubernetes.Provider("cluster", {
        kubeconfig,
        clusterIdentifier: "test",
        upsertExistingObjects,
      });
      const made = new kubernetes.helm.v3.Release(
        "notes",
        { name: "notes", namespace, chart, timeout: 30, ...args },
        { provider },
      );
      return { status: made.status, names: made.resourceNames, version: made.version };
    };
  const text = async () => (await cluster().objects.read("v1", "ConfigMap", "notes-notes", namespace))?.data?.["text"];

  it("installs, finds no difference, upgrades on changed values, and uninstalls with hooks", async () => {
    const stack = await engine().stack();

    const installed = await stack.up(release({ values: { text: "one" } }));
    const same = await stack.up(release({ values: { text: "one" } }));
    const upgraded = await stack.up(release({ values: { text: "two" } }));
    const textThen = await text();
    const gone = await stack.destroy();

    expect(installed.error).toBeUndefined();
    expect(installed.outputs["status"]?.value).toEqual({
      ...{
        appVersion: "4.5",
        chart: "notes",
        name: "notes",
        namespace,
        revision: 1,
        status: "deployed",
        version: "1.2.3",
      },
    });
    expect(installed.outputs["names"]?.value).toEqual({
      "ConfigMap/v1": ["notes-notes"],
      "Secret/v1": ["notes-password"],
    });
    expect(installed.outputs["version"]?.value).toBe("1.2.3");
    expect(same.operation("notes"), same.text).toBe("same");
    expect(upgraded.operation("notes"), upgraded.text).toBe("update");
    expect(textThen).toBe("two");
    expect(gone.error).toBeUndefined();
    expect(await text()).toBeUndefined();
    expect(await cluster().objects.read("v1", "ConfigMap", "notes-farewell", namespace)).toBeDefined();
  });

  it("keeps secret values encrypted, and only those", async () => {
    const stack = await engine().stack();

    await stack.up(release({ values: { text: "in-clear", password: pulumi.secret("canary-password") } }));

    const state = await stack.state();
    const values = state.resource("notes")!.outputs["values"] as Record<string, unknown>;
    expect(state.text).not.toContain("canary-password");
    expect(values["text"]).toBe("in-clear");
    expect(isEncrypted(values["password"])).toBe(true);
    const live = await cluster().objects.read("v1", "Secret", "notes-password", namespace);
    expect(Buffer.from(live!.data!["password"]!, "base64").toString()).toBe("canary-password");
  });

  it("fails in the preview if the chart does not exist", async () => {
    const stack = await engine().stack();

    const preview = await stack.preview(release({ chart: `${chart}-missing` }));

    expect(preview.error).toContain("check the chart name and repository configuration");
  });

  it("fails on values that the chart's schema rejects, and stores nothing", async () => {
    const stack = await engine().stack();

    const run = await stack.up(release({ values: { text: 5 } }));

    expect(run.error).toMatch(/values don't meet the specifications of the schema/);
    expect((await stack.state()).resource("notes")).toBeUndefined();
  });

  it("fails on an existing release, upserting or not", async () => {
    const first = await engine().stack();
    await first.up(release());
    const second = await engine().stack();

    const run = await second.up(release());
    const upserting = await second.up(release({}, true));

    expect(run.error).toContain("cannot re-use a name that is still in use");
    expect(upserting.error).toContain("cannot re-use a name that is still in use");
    expect((await second.state()).resource("notes")).toBeUndefined();
  });

  it("is blocked by an abandoned pending upgrade", async () => {
    const stack = await engine().stack();
    await stack.up(release({ values: { text: "one" } }));
    await pretendPending(cluster(), namespace);

    const run = await stack.up(release({ values: { text: "two" } }));

    expect(run.error).toContain("another operation (install/upgrade/rollback) is in progress");
    expect(await text()).toBe("one");
  });

  it("keeps a release that did not become ready, marked, and upgrades it the next time", async () => {
    const stack = await engine().stack();

    const stuck = await stack.up(release({ timeout: 3, values: { stuck: true } }));
    const marked = (await stack.state()).resource("notes");
    const recovered = await stack.up(release({ values: { text: "mended" } }));

    expect(stuck.error).toContain("was created, but failed to initialize completely");
    expect(marked?.initErrors).toHaveLength(1);
    expect(recovered.error).toBeUndefined();
    expect(recovered.operation("notes")).toBe("update");
    expect(await text()).toBe("mended");
  });

  it("removes an atomic install again when it fails", async () => {
    const stack = await engine().stack();

    const run = await stack.up(release({ timeout: 3, atomic: true, values: { stuck: true } }));

    expect(run.error).toBeDefined();
    expect(await text()).toBeUndefined();
    expect((await stack.state()).resource("notes")).toBeUndefined();
  });

  it("is replaced under another name, and creates its namespace only on request", async () => {
    const stack = await engine().stack();

    const refused = await stack.up(release({ namespace: `${namespace}-new` }));
    const made = await stack.up(release({ namespace: `${namespace}-new`, createNamespace: true }));
    const renamed = await stack.preview(
      release({ name: "other", namespace: `${namespace}-new`, createNamespace: true }),
    );

    expect(refused.error).toContain(`namespaces "${namespace}-new" not found`);
    expect(made.error).toBeUndefined();
    expect(renamed.operation("notes")).toMatch(/replace/);
  });
}

/** Leaves the newest revision as a killed `helm upgrade` would. */
async function pretendPending({ objects }: TestCluster, namespace: string): Promise<void> {
  const name = "sh.helm.release.v1.notes.v1";
  const stored = await objects.read("v1", "Secret", name, namespace);
  const { gunzipSync, gzipSync } = await import("node:zlib");
  const unpacked = gunzipSync(Buffer.from(Buffer.from(stored!.data!["release"]!, "base64").toString(), "base64"));
  const revision = JSON.parse(unpacked.toString()) as { info: { status: string }; version: number };
  revision.info.status = "pending-upgrade";
  revision.version = 2;
  const packed = Buffer.from(gzipSync(JSON.stringify(revision)).toString("base64")).toString("base64");
  await objects.create({
    apiVersion: "v1",
    kind: "Secret",
    type: "helm.sh/release.v1",
    metadata: {
      name: "sh.helm.release.v1.notes.v2",
      namespace,
      labels: { owner: "helm", name: "notes", status: "pending-upgrade", version: "2" },
    },
    data: { release: packed },
  });
}
