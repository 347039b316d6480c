import { describe, expect, it } from "vitest";
import { PrivateCa } from "../../components/tls/private-ca.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { inSecret, listed, only } from "../support/registrations.ts";

describe("the private CA", () => {
  it("is the secret that Rancher's pods mount", async () => {
    const { registrations } = await synthesise(() => void new PrivateCa("ca", { caCertificate: "CA" }), {
      stack: "prod",
    });

    expect(listed(registrations)).toEqual(["kubernetes:core/v1:Secret ca-secret", "rancher:tls:PrivateCa ca"]);
    const { stringData, ...inputs } = only(registrations, "kubernetes:core/v1:Secret", "ca-secret").inputs;
    expect(inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "tls-ca", namespace: "cattle-system" },
      type: "Opaque",
    });
    expect(inSecret(stringData)).toEqual({ "cacerts.pem": "CA" });
  });
});
