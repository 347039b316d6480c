import { describe, expect, it } from "vitest";
import { isOwned, ownershipLabels } from "../../components/cluster/ownership.ts";

describe("ownership", () => {
  it("is two of the labels Kubernetes recommends, valid as label values", () => {
    const labels = ownershipLabels("rancher/prod");

    expect(labels).toEqual({
      "app.kubernetes.io/managed-by": "rancher-stack",
      "app.kubernetes.io/instance": "rancher.prod",
    });
    for (const value of Object.values(labels)) expect(value).toMatch(/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$/);
  });

  it.each([
    ["its own labels", ownershipLabels("rancher/prod"), true],
    ["more labels beside them", { ...ownershipLabels("rancher/prod"), team: "platform" }, true],
    ["another stack's", ownershipLabels("rancher/dev"), false],
    ["another program's", { ...ownershipLabels("rancher/prod"), "app.kubernetes.io/managed-by": "Helm" }, false],
    ["only one of the two", { "app.kubernetes.io/instance": "rancher.prod" }, false],
    ["none", {}, false],
    ["no labels at all", undefined, false],
  ])("by a stack, of an object with %s: %#", (_, labels, owned) => {
    expect(isOwned(labels, "rancher/prod")).toBe(owned);
  });
});
