import { expect, it } from "vitest";
import { OwnedNamespace } from "../../components/cluster/owned-namespace.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { listed, only } from "../support/registrations.ts";

const type = "kubernetes:core/v1:Namespace";

it("a namespace has the stack's labels, and is deleted with the stack", async () => {
  const { registrations } = await synthesise(() => void new OwnedNamespace("cattle-system"), { stack: "prod" });

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
