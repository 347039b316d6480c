import { expect, it } from "vitest";

import { kubernetesBound } from "../../../rehearsal/charts/kubernetes-bounds.ts";

it.each([
  ["2.11.16", "<1.33.0-0"],
  ["2.14.4", "<1.36.0-0"],
  ["2.15.2", "<1.37.0-0"],
])("Rancher %s has the Kubernetes bound of the genuine chart", (version, bound) => {
  expect(kubernetesBound("rancher", version)).toBe(bound);
});

it("rejects a Rancher without a known bound", () => {
  expect(() => kubernetesBound("rancher", "2.99.0")).toThrow(
    "there is no fake chart for rancher 2.99.0, only for 2.7, 2.8, 2.9, 2.10, 2.11, 2.12, 2.13, 2.14, 2.15. Rehearse with one of those versions.",
  );
});

it("rejects a string that is not a version", () => {
  expect(() => kubernetesBound("cert-manager", "latest")).toThrow(
    "cert-manager latest is not a version. Write three numbers, such as 2.15.2.",
  );
});
