import { describe, expect, it } from "vitest";
import {
  pendingOperations,
  withoutPending,
  type ExportedStack,
  type PendingOperation,
} from "../../../operations/recovery/deployment.ts";
import { pendingReleases } from "../../../operations/recovery/helm-release.ts";

const operation = (type: string, name: string, inputs?: Record<string, unknown>): PendingOperation => ({
  type: "creating",
  resource: { urn: `urn:pulumi:prod::rancher::${type}::${name}`, type, ...(inputs && { inputs }) },
});
const release = operation("kubernetes:helm.sh/v3:Release", "rancher-release", {
  name: "rancher",
  namespace: "cattle-system",
});
const script = operation("command:remote:Command", "lb-1-nginx-script", { name: "x", namespace: "y" });

const stackWith = (...pending_operations: PendingOperation[]): ExportedStack => ({
  version: 3,
  deployment: { resources: [release.resource], pending_operations },
});

describe("pending operations of a stack", () => {
  it("are all that the engine was at when it died", () => {
    expect(pendingOperations(stackWith(release, script))).toEqual([release, script]);
    expect(pendingOperations({ version: 3, deployment: {} })).toEqual([]);
  });

  it("among them the Helm releases, by the names the cluster knows", () => {
    expect(pendingReleases(stackWith(script, release))).toEqual([
      { urn: release.resource.urn, name: "rancher", namespace: "cattle-system", operation: "creating" },
    ]);
  });

  it("skip a release whose name the state does not have", () => {
    const nameless = operation("kubernetes:helm.sh/v3:Release", "rancher-release", { namespace: "cattle-system" });

    expect(pendingReleases(stackWith(nameless, operation("kubernetes:helm.sh/v3:Release", "bare")))).toEqual([]);
  });

  it("can be taken out, and nothing else goes with them", () => {
    const stack = stackWith(release, script);

    expect(withoutPending(stack)).toEqual({
      version: 3,
      deployment: { resources: [release.resource], pending_operations: [] },
    });
  });

  it("become resources of the state where they exist, with what the provider compares the next inputs with", () => {
    const stack: ExportedStack = { version: 3, deployment: { pending_operations: [release, script] } };

    const { deployment } = withoutPending(stack, [{ urn: release.resource.urn, id: "cattle-system/rancher" }]);

    const { inputs } = release.resource;
    expect(deployment.resources).toEqual([
      { ...release.resource, id: "cattle-system/rancher", outputs: { ...inputs, __inputs: inputs } },
    ]);
    expect(deployment.pending_operations).toEqual([]);
  });

  it("take the place of the resource that was deleted to be replaced", () => {
    const deleted = { ...release.resource, id: "former", pendingReplacement: true };
    const dependent = { ...script.resource, dependencies: [release.resource.urn] };
    const stack: ExportedStack = {
      version: 3,
      deployment: { resources: [deleted, dependent], pending_operations: [release] },
    };

    const { deployment } = withoutPending(stack, [{ urn: release.resource.urn, id: "cattle-system/rancher" }]);

    expect(deployment.resources?.slice(1)).toEqual([dependent]);
    expect(deployment.resources?.[0]).toMatchObject({ id: "cattle-system/rancher" });
    expect(deployment.resources?.[0]).not.toHaveProperty("pendingReplacement");
    expect(withoutPending(stack).deployment.resources).toEqual([deleted, dependent]);
  });
});
