import { describe, expect, it } from "vitest";
import { OwnedNamespace } from "../../components/cluster/owned-namespace.ts";
import { synthesise } from "../../operations/synthesis.ts";
import { listed, only } from "../support/registrations.ts";

const type = "kubernetes:core/v1:Namespace";
const synthesiseNamespace = (foreign: boolean) =>
  synthesise(() => void new OwnedNamespace("cattle-system", { foreign }), { stack: "prod" });

describe("a namespace", () => {
  it("of our own carries the stack's mark, and goes with the stack", async () => {
    const { registrations } = await synthesiseNamespace(false);

    expect(listed(registrations)).toEqual([
      `${type} cattle-system-namespace`,
      "rancher:cluster:OwnedNamespace cattle-system",
    ]);
    const { inputs, retainOnDelete } = only(registrations, type, "cattle-system-namespace");
    expect(inputs["metadata"]).toEqual({
      name: "cattle-system",
      labels: { "app.kubernetes.io/managed-by": "rancher-stack", "app.kubernetes.io/instance": "rancher.prod" },
    });
    expect(retainOnDelete).toBe(false);
  });

  it("that others made is used as it is, and stays", async () => {
    const { registrations } = await synthesiseNamespace(true);

    const { inputs, retainOnDelete } = only(registrations, type, "cattle-system-namespace");
    expect(inputs["metadata"]).toEqual({ name: "cattle-system" });
    expect(retainOnDelete).toBe(true);
  });
});
