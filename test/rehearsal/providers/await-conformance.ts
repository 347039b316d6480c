import * as pulumi from "@pulumi/pulumi";
import * as kubernetes from "@pulumi/kubernetes";
import { beforeEach, expect, it } from "vitest";
import type { TestCluster } from "./kubernetes-conformance.ts";
import type { ScratchEngine } from "./scratch-engine.ts";

type ProviderArgs = Partial<kubernetes.ProviderArgs>;

/** What the kubernetes provider waits for, and its behaviour when that does not happen. */
export function awaitConforms(engine: () => ScratchEngine, cluster: () => TestCluster): void {
  let namespace: string;
  let count = 0;
  beforeEach(async () => {
    namespace = `awaits-${process.pid}-${++count}`;
    await cluster().objects.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });
  const provider = (args: ProviderArgs = {}) =>
    new kubernetes.Provider("cluster", {
      kubeconfig: pulumi.secret(cluster().kubeconfig),
      clusterIdentifier: "test",
      ...args,
    });

  it(
    "retries while something that an object needs is missing, and reports it in the end",
    { timeout: 120_000 },
    async () => {
      const stack = await engine().stack();
      const program = async () => {
        new kubernetes.core.v1.ConfigMap(
          "lost",
          { metadata: { name: "lost", namespace: `${namespace}-none` } },
          { provider: provider() },
        );
      };

      const preview = await stack.preview(program);
      const run = await stack.up(program);

      expect(preview.error).toBeUndefined();
      expect(run.error).toContain("was not successfully created by the Kubernetes API server");
      expect(run.error).toContain(`namespaces "${namespace}-none" not found`);
      expect((await stack.state()).resource("lost")).toBeUndefined();
    },
  );

  it("waits for pulumi.com/waitFor, and keeps an object that does not get there, marked", async () => {
    const group = `test-${process.pid}.example.com`;
    const condition = { type: "object", properties: { type: { type: "string" }, status: { type: "string" } } };
    const spec = { type: "object", properties: { size: { type: "integer" } } };
    const state = { type: "object", properties: { conditions: { type: "array", items: condition } } };
    const schema = { type: "object", properties: { spec, status: state } };
    const names = { plural: "things", singular: "thing", kind: "Thing" };
    await cluster().objects.create({
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `things.${group}` },
      spec: {
        group,
        scope: "Namespaced",
        names,
        versions: [{ name: "v1", served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    });
    const stack = await engine().stack();
    const program = async () => {
      const annotations = { "pulumi.com/waitFor": "condition=Ready", "pulumi.com/timeoutSeconds": "4" };
      const metadata = { name: "thing", namespace, annotations };
      new kubernetes.apiextensions.CustomResource(
        "thing",
        { apiVersion: `${group}/v1`, kind: "Thing", metadata, spec: { size: 1 } },
        { provider: provider() },
      );
    };

    const stuck = await stack.up(program);
    const marked = (await stack.state()).resource("thing");
    const status = { conditions: [{ type: "Ready", status: "True" }] };
    await cluster().objects.merge({
      apiVersion: `${group}/v1`,
      kind: "Thing",
      metadata: { name: "thing", namespace },
      status,
    });
    const ready = await stack.up(program);

    expect(stuck.error).toContain("failed to fully initialize or become live");
    expect(marked?.initErrors).toHaveLength(1);
    expect(ready.error).toBeUndefined();
    expect((await stack.state()).resource("thing")?.initErrors ?? []).toEqual([]);
  });
}
