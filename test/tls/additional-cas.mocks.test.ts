import { expect, it } from "vitest";
import { AdditionalCAs } from "../../components/tls/additional-cas.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { inSecret, listed, only } from "../support/registrations.ts";

it("creates the secret that the chart mounts with additionalTrustedCAs", async () => {
  const { registrations } = await synthesise(() => void new AdditionalCAs("cas", { certificates: "COMPANY CA" }), {
    stack: "prod",
  });

  expect(listed(registrations)).toEqual(["kubernetes:core/v1:Secret cas-secret", "rancher:tls:AdditionalCAs cas"]);
  const { stringData, ...inputs } = only(registrations, "kubernetes:core/v1:Secret", "cas-secret").inputs;
  expect(inputs).toEqual({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "tls-ca-additional", namespace: "cattle-system" },
    type: "Opaque",
  });
  expect(inSecret(stringData)).toEqual({ "ca-additional.pem": "COMPANY CA" });
});
