import * as pulumi from "@pulumi/pulumi";
import * as kubernetes from "@pulumi/kubernetes";
import { beforeEach, expect, it } from "vitest";
import type { LiveObjects } from "./live-objects.ts";
import { isEncrypted, plainLeaves, type ScratchEngine } from "./scratch-engine.ts";

export interface TestCluster {
  readonly kubeconfig: string;
  readonly objects: LiveObjects;
}

type ProviderArgs = Partial<kubernetes.ProviderArgs>;

/** How the kubernetes provider handles plain objects. */
export function kubernetesConforms(engine: () => ScratchEngine, cluster: () => TestCluster): void {
  let namespace: string;
  let count = 0;
  beforeEach(async () => {
    namespace = `objects-${process.pid}-${++count}`;
    await cluster().objects.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });
  const provider = (args: ProviderArgs = {}) =>
    new kubernetes.Provider("cluster", {
      kubeconfig: pulumi.secret(cluster().kubeconfig),
      clusterIdentifier: "test",
      ...args,
    });
  const secretWith =
    (password: string, args: ProviderArgs = {}) =>
    async () => {
      const metadata = { name: "login", namespace };
      new kubernetes.core.v1.Secret(
        "login",
        { metadata, stringData: { password: pulumi.secret(password) } },
        { provider: provider(args) },
      );
    };
  const configMap =
    (text: string, args: ProviderArgs = {}) =>
    async () => {
      new kubernetes.core.v1.ConfigMap(
        "notes",
        { metadata: { name: "notes", namespace }, data: { text } },
        { provider: provider(args) },
      );
    };

  it("creates objects, finds no difference the second time, and waits until they are deleted", async () => {
    const stack = await engine().stack();
    const program = async () => {
      const opts = { provider: provider() };
      const own = new kubernetes.core.v1.Namespace("own", { metadata: { name: `${namespace}-own` } }, opts);
      const named = new kubernetes.core.v1.ConfigMap(
        "named",
        { metadata: { namespace: own.metadata.name }, data: { a: "1" } },
        opts,
      );
      return { name: named.metadata.name, id: named.id };
    };

    const first = await stack.up(program);
    const second = await stack.up(program);
    const gone = await stack.destroy();

    expect(first.error).toBeUndefined();
    expect(first.outputs["name"]?.value).toMatch(/^named-[0-9a-f]{8}$/);
    expect(first.outputs["id"]?.value).toBe(`${namespace}-own/${first.outputs["name"]?.value}`);
    expect([second.operation("own"), second.operation("named")]).toEqual(["same", "same"]);
    expect(gone.error).toBeUndefined();
    expect(await cluster().objects.read("v1", "Namespace", `${namespace}-own`)).toBeUndefined();
  });

  it.each(["stringData", "data"])("keeps a Secret's %s encrypted in the state", async (key) => {
    const stack = await engine().stack();
    const encoded = Buffer.from("canary-password").toString("base64");
    const password = pulumi.secret(key === "data" ? encoded : "canary-password");

    const run = await stack.up(async () => {
      const metadata = { name: "login", namespace, labels: { plain: "yes" } };
      new kubernetes.core.v1.Secret("login", { metadata, [key]: { password } }, { provider: provider() });
    });

    expect(run.error).toBeUndefined();
    const { text, resource } = await stack.state();
    const { inputs, outputs } = resource("login")!;
    expect(text).not.toContain("canary-password");
    expect(text).not.toContain(encoded);
    // stringData may already be merged into data here. The provider decides whether the map or its leaf is encrypted.
    const { data, stringData } = inputs;
    expect(data ?? stringData).toBeDefined();
    expect(outputs["data"]).toBeDefined();
    expect(plainLeaves([data, stringData, outputs["data"], outputs["stringData"]])).toEqual([]);
    expect(inputs["metadata"]).toMatchObject({ labels: { plain: "yes" } });
  });

  it("encrypts a secret in another kind at its leaf, and a list that contains a secret as a whole", async () => {
    const stack = await engine().stack();
    const secret = pulumi.secret("canary-password");

    const run = await stack.up(async () => {
      const opts = { provider: provider() };
      const data = { text: "plain", secret };
      new kubernetes.core.v1.ConfigMap("notes", { metadata: { name: "notes", namespace }, data }, opts);
      const rules = [{ apiGroups: [""], resources: ["secrets"], resourceNames: [secret], verbs: ["get"] }];
      new kubernetes.rbac.v1.Role("reader", { metadata: { name: "reader", namespace }, rules }, opts);
    });

    expect(run.error).toBeUndefined();
    const { text, resource } = await stack.state();
    expect(text).not.toContain("canary");
    const [notes, reader] = [resource("notes")!, resource("reader")!];
    for (const { data } of [notes.inputs, notes.outputs] as { data: Record<string, unknown> }[]) {
      expect(data["text"]).toBe("plain");
      expect(isEncrypted(data["secret"])).toBe(true);
    }
    for (const { rules } of [reader.inputs, reader.outputs]) expect(isEncrypted(rules)).toBe(true);
  });

  it("deletes a changed Secret before recreating it, unless Secrets are mutable", async () => {
    const stack = await engine().stack();
    const uid = async () => (await cluster().objects.read("v1", "Secret", "login", namespace))?.metadata.uid;
    const mutable = { enableSecretMutable: true };

    await stack.up(secretWith("one"));
    const first = await uid();
    const replaced = await stack.up(secretWith("two"));
    const second = await uid();
    const updated = await stack.up(secretWith("three", mutable));

    expect(replaced.error).toBeUndefined();
    const operations = replaced.events.flatMap(({ resourcePreEvent: event }) =>
      event?.metadata.urn.endsWith("::login") ? [event.metadata.op] : [],
    );
    expect(operations.filter((op) => op.startsWith("delete") || op.startsWith("create"))).toEqual([
      "delete-replaced",
      "create-replacement",
    ]);
    expect(second).not.toBe(first);
    expect(updated.error).toBeUndefined();
    expect(updated.operation("login")).toBe("update");
    expect(await uid()).toBe(second);
    const live = await cluster().objects.read("v1", "Secret", "login", namespace);
    expect(Buffer.from(live!.data!["password"]!, "base64").toString()).toBe("three");
  });

  it("does the same for ConfigMaps", async () => {
    const stack = await engine().stack();
    const uid = async () => (await cluster().objects.read("v1", "ConfigMap", "notes", namespace))?.metadata.uid;

    await stack.up(configMap("one"));
    const first = await uid();
    await stack.up(configMap("two"));
    const second = await uid();
    await stack.up(configMap("three", { enableConfigMapMutable: true }));

    expect(second).not.toBe(first);
    expect(await uid()).toBe(second);
    expect((await cluster().objects.read("v1", "ConfigMap", "notes", namespace))?.data).toEqual({ text: "three" });
  });

  it("fails on an existing object, although the preview was fine, unless upserting", async () => {
    const stack = await engine().stack();
    const foreign = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "notes", namespace },
      data: { other: "kept" },
    };
    await cluster().objects.create(foreign);

    const preview = await stack.preview(configMap("ours"));
    const run = await stack.up(configMap("ours"));
    const upsert = await stack.up(configMap("ours", { upsertExistingObjects: true }));

    expect(preview.error).toBeUndefined();
    expect(run.error).toContain('configmaps "notes" already exists');
    expect(upsert.error).toBeUndefined();
    expect((await cluster().objects.read("v1", "ConfigMap", "notes", namespace))?.data).toEqual({
      other: "kept",
      text: "ours",
    });
  });

  it("removes fields that are no longer set, and leaves those of others", async () => {
    const stack = await engine().stack();
    const labelled = (labels: Record<string, string>) => async () => {
      new kubernetes.core.v1.ConfigMap(
        "notes",
        { metadata: { name: "notes", namespace, labels } },
        { provider: provider() },
      );
    };
    await stack.up(labelled({ ours: "1", dropped: "1" }));
    await cluster().objects.merge({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "notes", namespace, labels: { theirs: "1" } },
    });

    const run = await stack.up(labelled({ ours: "2" }));

    expect(run.error).toBeUndefined();
    expect((await cluster().objects.read("v1", "ConfigMap", "notes", namespace))?.metadata.labels).toEqual({
      ours: "2",
      theirs: "1",
    });
  });

  it("detects on refresh what was changed and what was deleted, and restores it", async () => {
    const stack = await engine().stack();
    const args = { enableConfigMapMutable: true };
    await stack.up(configMap("ours", args));
    await cluster().objects.merge({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "notes", namespace },
      data: { text: "theirs" },
    });

    await stack.refresh();
    const changed = await stack.up(configMap("ours", { ...args, enablePatchForce: true }));
    await cluster().objects.delete({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "notes", namespace } });
    await stack.refresh();
    const deleted = await stack.up(configMap("ours", args));

    expect(changed.operation("notes")).toBe("update");
    expect(deleted.operation("notes")).toBe("create");
    expect((await cluster().objects.read("v1", "ConfigMap", "notes", namespace))?.data).toEqual({ text: "ours" });
  });
}
