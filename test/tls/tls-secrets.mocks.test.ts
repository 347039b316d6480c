import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { TlsSecrets } from "../../components/tls/tls-secrets.ts";
import { synthesise } from "../../operations/synthesis.ts";
import { clearTexts, inSecret, listed, only } from "../support/registrations.ts";

const type = "kubernetes:core/v1:Secret";
const synthesiseSecrets = (more: { caCertificate?: string } = {}) =>
  synthesise(
    () =>
      void new TlsSecrets("tls", {
        certificateChain: "CHAIN",
        privateKey: pulumi.secret("canary-private-key"),
        ...more,
      }),
    { stack: "prod" },
  );

describe("the TLS secrets", () => {
  it("are one for the ingress where a public CA signed", async () => {
    const { registrations } = await synthesiseSecrets();

    expect(listed(registrations)).toEqual([`${type} tls-tls-rancher-ingress`, "rancher:tls:TlsSecrets tls"]);
    const { stringData, ...inputs } = only(registrations, type, "tls-tls-rancher-ingress").inputs;
    expect(inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "tls-rancher-ingress", namespace: "cattle-system" },
      type: "kubernetes.io/tls",
    });
    expect(inSecret(stringData)).toEqual({ "tls.crt": "CHAIN", "tls.key": "canary-private-key" });
  });

  it("are two with a private CA", async () => {
    const { registrations } = await synthesiseSecrets({ caCertificate: "CA" });

    expect(listed(registrations).filter((line) => line.startsWith(type))).toEqual([
      `${type} tls-tls-ca`,
      `${type} tls-tls-rancher-ingress`,
    ]);
    const { stringData, ...inputs } = only(registrations, type, "tls-tls-ca").inputs;
    expect(inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "tls-ca", namespace: "cattle-system" },
      type: "Opaque",
    });
    expect(inSecret(stringData)).toEqual({ "cacerts.pem": "CA" });
  });

  it("show the private key to nobody", async () => {
    const { registrations } = await synthesiseSecrets({ caCertificate: "CA" });

    expect(clearTexts(registrations.map(({ inputs }) => inputs)).join("\n")).not.toContain("canary");
  });
});
