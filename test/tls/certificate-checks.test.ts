import { createPrivateKey } from "node:crypto";
import { rootCertificates } from "node:tls";
import { describe, expect, it } from "vitest";
import { hostname, known, leaf, make, middle, root, said, server } from "./private-authority.ts";

describe("a valid certificate", () => {
  it("passes, with the chain in one text or two, RSA or ECDSA", async () => {
    const rsa = await server({ kind: "rsa2048" });

    expect(said({ ...known(leaf), privateKey: leaf.key })).toEqual([]);
    expect(said({ certificate: leaf.pem, chain: middle.pem, caCertificate: root.pem, privateKey: leaf.key })).toEqual(
      [],
    );
    expect(said({ ...known(rsa), privateKey: rsa.key })).toEqual([]);
    expect(said(known(await server({ purpose: "server" })))).toEqual([]);
  });

  it("may have the root in its chain, and text around the blocks", () => {
    expect(
      said({ certificate: `leaf\n${leaf.pem}\nmiddle\n${middle.pem}\n${root.pem}`, caCertificate: root.pem }),
    ).toEqual([]);
  });

  it("may cover the name by a wildcard", async () => {
    expect(said(known(await server({ hosts: ["*.example.com"] })))).toEqual([]);
  });

  it("may be its own CA if it is given as one", async () => {
    const own = await make({ name: hostname, hosts: [hostname], ca: true });

    expect(said({ certificate: own.pem, caCertificate: own.pem, privateKey: own.key })).toEqual([]);
  });

  it("needs no CA if its signer is a public root", () => {
    const publicRoot = rootCertificates[0] ?? "";

    const findings = said({ certificate: publicRoot }).filter(
      (line) => line.includes("root") || line.includes("signed"),
    );

    expect(findings).toEqual([]);
  });
});

describe("a certificate for another purpose is reported", () => {
  it("if it does not cover the hostname", async () => {
    expect(said(known(await server({ hosts: ["a.example.com", "*.other.example.com"] })))).toEqual([
      "certificate does not cover rancher:hostname rancher.example.com; it covers a.example.com, *.other.example.com. Have one issued for that name, or change the hostname.",
    ]);
  });

  it("if its wildcard is one level too high", async () => {
    expect(said({ ...known(await server({ hosts: ["*.com"] })) })).toEqual([
      "certificate does not cover rancher:hostname rancher.example.com; it covers *.com. Have one issued for that name, or change the hostname.",
    ]);
  });

  it("if the name is only in its subject", async () => {
    expect(said(known(await server({ hosts: [] })))).toEqual([
      'certificate names "rancher.example.com" only in its subject, and clients check only subject alternative names. Have one issued with rancher.example.com there.',
    ]);
  });

  it("if it is for clients", async () => {
    expect(said(known(await server({ purpose: "client" })))).toEqual([
      "certificate is not meant for servers: its extended key usage lacks serverAuth. Have one issued for a TLS server.",
    ]);
  });
});

describe("a certificate at the wrong time is reported", () => {
  it("if it has expired", async () => {
    expect(said(known(await server({ from: -90, until: -2 })))).toEqual([
      'certificate has expired: "rancher.example.com" was valid until 2026-11-19. Renew it.',
    ]);
  });

  it("if it is not valid yet", async () => {
    expect(said(known(await server({ from: 3 })))).toEqual([
      'certificate is not valid yet: "rancher.example.com" begins on 2026-11-24. Check this machine\'s clock, or wait.',
    ]);
  });

  it("if an intermediate or a root has expired", async () => {
    const oldRoot = await make({ name: "Old Root", ca: true, until: -1 });
    const oldMiddle = await make({ name: "Old Intermediate", ca: true, issuer: oldRoot, until: -1 });
    const young = await server({ issuer: oldMiddle });

    expect(said({ certificate: young.pem, chain: oldMiddle.pem, caCertificate: oldRoot.pem })).toEqual([
      'chain has expired: "Old Intermediate" was valid until 2026-11-20. Renew it.',
      'caCertificate has expired: "Old Root" was valid until 2026-11-20. Renew it.',
    ]);
  });

  it("if it will expire soon, as a warning", async () => {
    expect(said(known(await server({ until: 12 })))).toEqual([
      "warning: certificate runs out on 2026-12-03, in 12 days. Have it renewed.",
    ]);
  });
});

describe("a key is reported", () => {
  it("if it belongs to another certificate", async () => {
    const other = await server();

    expect(said({ ...known(leaf), privateKey: other.key })).toEqual([
      'privateKey does not fit the certificate "rancher.example.com". Set the key the certificate was requested with.',
    ]);
  });

  it("if it is the CA's", () => {
    expect(said({ ...known(leaf), privateKey: root.key })).toEqual([
      'privateKey does not fit the certificate "rancher.example.com". It is the key of "Example Root". Set the key the certificate was requested with.',
    ]);
  });

  it("if it is encrypted", () => {
    const encrypted = createPrivateKey(leaf.key).export({
      type: "pkcs8",
      format: "pem",
      cipher: "aes-256-cbc",
      passphrase: "canary",
    });

    expect(said({ ...known(leaf), privateKey: String(encrypted) })).toEqual([
      "privateKey is encrypted with a passphrase, and what serves it cannot ask for one. Decrypt it: openssl pkey -in FILE",
    ]);
  });

  it.each([
    ["", "is empty. Set the PEM text of the certificate's private key."],
    ["canary.key", "is not a PEM private key. Set the content of the key file, not its path."],
    [
      "-----BEGIN CERTIFICATE-----\ncanary",
      "is a certificate. Set its private key here; the certificate goes to rancher:tls.certificate.",
    ],
    ["-----BEGIN OPENSSH PRIVATE KEY-----\ncanary", "is an SSH key. Set the private key of tls.certificate, in PEM."],
    [
      "-----BEGIN PRIVATE KEY-----\ncanary\n-----END PRIVATE KEY-----",
      "cannot be read: the PEM text is damaged or of an unknown kind. Set the whole content of the key file.",
    ],
  ])("if it is %j", (privateKey, message) => {
    expect(said({ ...known(leaf), privateKey })).toEqual([`privateKey ${message}`]);
    expect(said({ privateKey })).toEqual([`privateKey ${message}`]);
  });

  it("if it is too weak", async () => {
    const weak = await server({ kind: "rsa1024" });

    expect(said(known(weak))).toEqual([
      'certificate has a weak key: "rancher.example.com" is RSA with 1024 bits, and clients refuse less than 2048. Have a new one issued.',
    ]);
  });

  it("if browsers do not support its kind", async () => {
    expect(said(known(await server({ kind: "ed25519" })))).toEqual([
      "certificate has a key of type ed25519, which browsers do not support. Use ECDSA or RSA.",
    ]);
  });
});

describe("text that is not a certificate", () => {
  it.each([
    ["certificates", "holds no PEM certificate. A binary one is converted with: openssl x509 -inform der -in FILE"],
    [
      "-----BEGIN CERTIFICATE-----\nMIIB",
      "holds a PEM block that is cut off. Copy the whole of it, from BEGIN to END.",
    ],
    [
      "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
      "holds a PEM block that cannot be read, number 1 of 1. Copy it again.",
    ],
    [
      "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----",
      "holds a block of the kind CERTIFICATE REQUEST, not a certificate. Leave it out.",
    ],
    [
      "-----BEGIN PRIVATE KEY-----\ncanary",
      "holds a private key beside the certificate. Keep the key out of it; it belongs in the secret rancher:tlsPrivateKey.",
    ],
  ])("is reported when it is %j", (certificate, message) => {
    expect(said({ certificate })).toEqual([`certificate ${message}`]);
  });

  it("is reported together with everything else", async () => {
    const wrong = await server({ hosts: ["a.example.com"], until: -1, from: -9 });

    expect(said({ certificate: wrong.pem, chain: "x", caCertificate: root.pem, privateKey: leaf.key })).toHaveLength(4);
  });
});

describe("an oversized certificate", () => {
  it("is reported if its chain or the list of CAs is too long", () => {
    expect(said({ certificate: leaf.pem + middle.pem.repeat(16), caCertificate: root.pem })).toEqual([
      "certificate holds 17 certificates. A chain has 16 at most: the server's own and those between it and the root.",
    ]);
    expect(said({ ...known(leaf), caCertificate: root.pem.repeat(513) })).toEqual([
      "caCertificate holds 513 certificates. Give 512 at most.",
    ]);
  });

  it("has its names shortened, because whoever made it chose them", async () => {
    const many = Array.from({ length: 40 }, (_, index) => `a${index}.example.com`);
    const long = await make({ name: "n".repeat(5_000), ca: true });

    expect(said(known(await server({ hosts: many })))).toEqual([
      expect.stringMatching(/it covers a0\.example\.com, .*, a7\.example\.com and 32 more\. Have one issued/),
    ]);
    expect(said({ ...known(leaf), caCertificate: long.pem }).join("\n")).toMatch(/"n{128}\.\.\."/);
  });
});
