import { describe, expect, it } from "vitest";
import {
  pendingOperations,
  pendingReleases,
  withoutPending,
  type ExportedStack,
  type PendingOperation,
} from "../../../operations/mend/deployment.ts";

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
      { name: "rancher", namespace: "cattle-system", operation: "creating" },
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
});
