import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import * as kubernetes from "@pulumi/kubernetes";
import { beforeEach, expect, it } from "vitest";
import type { TestCluster } from "./kubernetes-conformance.ts";
import type { ScratchEngine } from "./scratch-engine.ts";

type ProviderArgs = Partial<kubernetes.ProviderArgs>;

/** Behaviour of the kubernetes provider with a cluster that is unknown, another one, or out of reach. */
export function clusterConforms(engine: () => ScratchEngine, cluster: () => TestCluster): void {
  let namespace: string;
  let count = 0;
  beforeEach(async () => {
    namespace = `clusters-${process.pid}-${++count}`;
    await cluster().objects.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  });
  const provider = (args: ProviderArgs = {}) =>
    new kubernetes.Provider("cluster", {
      kubeconfig: pulumi.secret(cluster().kubeconfig),
      clusterIdentifier: "test",
      ...args,
    });
  const configMap =
    (text: string, args: ProviderArgs = {}) =>
    async () => {
      new kubernetes.core.v1.ConfigMap(
        "notes",
        { metadata: { name: "notes", namespace }, data: { text } },
        { provider: provider(args) },
      );
    };

  it("cannot show changes while its kubeconfig is unknown", async () => {
    const stack = await engine().stack();
    const program = (edit: string) => async () => {
      const printed = new command.local.Command("print", {
        create: `cat # ${edit}`,
        stdin: cluster().kubeconfig,
        logging: "none",
      });
      const cautious = provider({ kubeconfig: printed.stdout });
      new kubernetes.core.v1.ConfigMap(
        "notes",
        { metadata: { name: "notes", namespace }, data: { text: "same" } },
        { provider: cautious },
      );
    };
    await stack.up(program("first"));

    const preview = await stack.preview(program("a comment"));
    const run = await stack.up(program("a comment"));

    expect(preview.operation("notes")).toBe("update");
    expect(preview.messages().join("\n")).toContain("inputs that are not known during preview");
    expect(run.operation("notes")).toBe("same");
  });

  it("replaces everything when the kubeconfig names another cluster, unless clusterIdentifier stays", async () => {
    const other = cluster().kubeconfig.replace("127.0.0.1", "localhost");
    const moved = async (identifier: string | undefined) => {
      const stack = await engine().stack();
      const set = identifier === undefined ? {} : { clusterIdentifier: identifier };
      const program = (kubeconfig: string) => async () => {
        const made = new kubernetes.Provider("cluster", { kubeconfig, ...set });
        new kubernetes.core.v1.ConfigMap(
          "notes",
          { metadata: { name: `notes-${identifier}`, namespace } },
          { provider: made },
        );
      };
      await stack.up(program(cluster().kubeconfig));
      const preview = await stack.preview(program(other));
      await stack.destroy();
      return preview.operation("notes");
    };

    expect(await moved("same")).toBe("same");
    expect(await moved(undefined)).toMatch(/replace/);
  });

  it("previews without a cluster, and fails only when something has to be done", async () => {
    const stack = await engine().stack();
    const nobody = { kubeconfig: cluster().kubeconfig.replace(/:\d+$/m, ":1") };

    const preview = await stack.preview(configMap("text", nobody));
    const run = await stack.up(configMap("text", nobody));

    expect(preview.error).toBeUndefined();
    expect(run.error).toContain("configured Kubernetes cluster is unreachable");
  });
}
