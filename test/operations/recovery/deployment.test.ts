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
  it("are all operations that the engine was working on when it died", () => {
    expect(pendingOperations(stackWith(release, script))).toEqual([release, script]);
    expect(pendingOperations({ version: 3, deployment: {} })).toEqual([]);
  });

  it("include the Helm releases, by their names in the cluster", () => {
    expect(pendingReleases(stackWith(script, release))).toEqual([
      { urn: release.resource.urn, name: "rancher", namespace: "cattle-system", operation: "creating" },
    ]);
  });

  it("omit a release whose name is not in the state", () => {
    const nameless = operation("kubernetes:helm.sh/v3:Release", "rancher-release", { namespace: "cattle-system" });

    expect(pendingReleases(stackWith(nameless, operation("kubernetes:helm.sh/v3:Release", "bare")))).toEqual([]);
  });

  it("can be removed without affecting other resources", () => {
    const stack = stackWith(release, script);

    expect(withoutPending(stack)).toEqual({
      version: 3,
      deployment: { resources: [release.resource], pending_operations: [] },
    });
  });

  it("become resources of the state if they exist, with the inputs that the provider compares next time", () => {
    const stack: ExportedStack = { version: 3, deployment: { pending_operations: [release, script] } };

    const { deployment } = withoutPending(stack, [{ urn: release.resource.urn, id: "cattle-system/rancher" }]);

    const { inputs } = release.resource;
    expect(deployment.resources).toEqual([
      { ...release.resource, id: "cattle-system/rancher", outputs: { ...inputs, __inputs: inputs } },
    ]);
    expect(deployment.pending_operations).toEqual([]);
  });

  it("replace the resource that was deleted for its replacement", () => {
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
