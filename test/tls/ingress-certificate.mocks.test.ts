import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { IngressCertificate } from "../../components/tls/ingress-certificate.ts";
import { synthesise } from "../../operations/engine/synthesis.ts";
import { clearTexts, inSecret, listed, only } from "../support/registrations.ts";

const type = "kubernetes:core/v1:Secret";
const synthesiseCertificate = () =>
  synthesise(
    () =>
      void new IngressCertificate("certificate", {
        certificateChain: "CHAIN",
        privateKey: pulumi.secret("canary-private-key"),
      }),
    { stack: "prod" },
  );

describe("the certificate of the ingress", () => {
  it("is one secret, and takes over an existing one", async () => {
    const { registrations } = await synthesiseCertificate();

    expect(listed(registrations)).toEqual([`${type} certificate-secret`, "rancher:tls:IngressCertificate certificate"]);
    const { stringData, ...inputs } = only(registrations, type, "certificate-secret").inputs;
    expect(inputs).toEqual({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "tls-rancher-ingress",
        namespace: "cattle-system",
        annotations: { "pulumi.com/patchForce": "true" },
      },
      type: "kubernetes.io/tls",
    });
    expect(inSecret(stringData)).toEqual({ "tls.crt": "CHAIN", "tls.key": "canary-private-key" });
  });

  it("keeps its private key secret", async () => {
    const { registrations } = await synthesiseCertificate();

    expect(clearTexts(registrations.map(({ inputs }) => inputs)).join("\n")).not.toContain("canary");
  });
});
