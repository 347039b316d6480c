import { createPrivateKey, X509Certificate } from "node:crypto";

import { describe, expect, it } from "vitest";

import {
  createCertificateAuthority,
  openCertificateAuthority,
} from "../../../rehearsal/kubernetes/certificate-authority.ts";

describe("a certificate authority", () => {
  it("signs server certificates for names and addresses, with the matching key", async () => {
    const authority = await createCertificateAuthority("test authority");

    const pair = await authority.issue({ commonName: "a", hosts: ["a.example.com", "192.0.2.1"], usage: "server" });

    const certificate = new X509Certificate(pair.certificate);
    expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(pair.key))).toBe(true);
    expect(certificate.checkHost("a.example.com")).toBe("a.example.com");
    expect(certificate.checkHost("b.example.com")).toBeUndefined();
    expect(certificate.checkIP("192.0.2.1")).toBe("192.0.2.1");
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(certificate.ca).toBe(false);
  });

  it("puts user and group where Kubernetes expects them", async () => {
    const authority = await createCertificateAuthority("test authority");

    const pair = await authority.issue({ commonName: "jane", organization: "system:masters", usage: "client" });

    expect(new X509Certificate(pair.certificate).subject).toBe("O=system:masters\nCN=jane");
    expect(new X509Certificate(pair.certificate).keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
  });

  it("continues to sign after it was loaded from its PEM text", async () => {
    const first = await createCertificateAuthority("test authority");

    const again = await openCertificateAuthority({ certificate: first.certificate, key: first.key });
    const pair = await again.issue({ commonName: "a", hosts: ["a.example.com"], usage: "server" });

    const authority = new X509Certificate(first.certificate);
    expect(new X509Certificate(pair.certificate).checkIssued(authority)).toBe(true);
    expect(new X509Certificate(pair.certificate).verify(authority.publicKey)).toBe(true);
  });

  it("does not load a text that is not a key", async () => {
    const { certificate } = await createCertificateAuthority("test authority");

    await expect(openCertificateAuthority({ certificate, key: "nothing" })).rejects.toThrow();
  });
});
