import type { V1Ingress } from "@kubernetes/client-node";
import { expect, it } from "vitest";

import { certificatesFor, issuerOf } from "../../../rehearsal/fakes/certificate-objects.ts";

const ingress = (annotations: Record<string, string>): V1Ingress => ({
  metadata: { name: "rancher", namespace: "cattle-system", uid: "1", annotations },
  spec: {
    tls: [
      { secretName: "tls-rancher-ingress", hosts: ["rancher.example.com"] },
      { hosts: ["no-secret.example.com"] },
      { secretName: "no-hosts" },
    ],
  },
});

it("requests a certificate for each secret with hosts, from the issuer named in the Ingress", () => {
  const [certificate, ...others] = certificatesFor(
    ingress({ "cert-manager.io/issuer": "rancher", "cert-manager.io/issuer-kind": "Issuer" }),
  );

  expect(others).toEqual([]);
  expect(certificate).toMatchObject({
    metadata: { name: "tls-rancher-ingress", namespace: "cattle-system", ownerReferences: [{ uid: "1" }] },
    spec: {
      secretName: "tls-rancher-ingress",
      dnsNames: ["rancher.example.com"],
      issuerRef: { name: "rancher", kind: "Issuer" },
    },
  });
});

it("requests nothing if the Ingress names no issuer", () => {
  expect(certificatesFor(ingress({}))).toEqual([]);
  expect(certificatesFor(ingress({ "cert-manager.io/issuer": "" }))).toEqual([]);
});

it("recognises both ways to name a ClusterIssuer", () => {
  const expected = { name: "acme", kind: "ClusterIssuer" };

  expect(issuerOf(ingress({ "cert-manager.io/cluster-issuer": "acme" }))).toEqual(expected);
  expect(
    issuerOf(ingress({ "cert-manager.io/issuer": "acme", "cert-manager.io/issuer-kind": "ClusterIssuer" })),
  ).toEqual(expected);
});
