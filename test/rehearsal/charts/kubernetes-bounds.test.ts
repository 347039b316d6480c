import { expect, it } from "vitest";

import { kubernetesBound } from "../../../rehearsal/charts/kubernetes-bounds.ts";

it.each([
  ["2.11.16", "<1.33.0-0"],
  ["2.14.4", "<1.36.0-0"],
  ["2.15.0", "<1.37.0-0"],
])("Rancher %s has the vendor's bound of Kubernetes", (version, bound) => {
  expect(kubernetesBound("rancher", version)).toBe(bound);
});

it("refuses a Rancher whose bound nobody knows", () => {
  expect(() => kubernetesBound("rancher", "2.99.0")).toThrow(
    "rancher 2.99.0 cannot be played: its Kubernetes bound is known for 2.7, 2.8, 2.9, 2.10, 2.11, 2.12, 2.13, 2.14, 2.15 only.",
  );
});

it("refuses what is no version", () => {
  expect(() => kubernetesBound("cert-manager", "latest")).toThrow(
    "cert-manager latest is not a version. Write three numbers, such as 2.15.0.",
  );
});
