import { describe, expect, it } from "vitest";
import { hostname, leaf, make, middle, root, said, server } from "./private-authority.ts";

describe("the check of a chain reports", () => {
  it("a CA that comes first", () => {
    expect(said({ certificate: middle.pem + "\n" + leaf.pem, caCertificate: root.pem })).toEqual([
      'certificate starts with "Example Intermediate", a CA. The server\'s own certificate has to come first; put them in this order: "rancher.example.com", "Example Intermediate".',
    ]);
  });

  it("a wrong order", async () => {
    const third = await make({ name: "Third", ca: true, issuer: middle });
    const deep = await server({ issuer: third });

    expect(said({ certificate: deep.pem, chain: middle.pem + "\n" + third.pem, caCertificate: root.pem })).toEqual([
      'chain is out of order: each certificate has to be signed by the next one. Put them in this order: "rancher.example.com", "Third", "Example Intermediate".',
    ]);
  });

  it("an unrelated certificate", async () => {
    const stranger = await make({ name: "Stranger", ca: true });

    expect(said({ certificate: leaf.pem, chain: stranger.pem, caCertificate: root.pem })).toEqual([
      'chain holds "Stranger", which did not sign "rancher.example.com"; that was signed by "Example Intermediate", which is missing. Replace one with the other.',
    ]);
  });

  it("a missing intermediate, under a public CA", () => {
    expect(said({ certificate: leaf.pem })).toEqual([
      'certificate holds "rancher.example.com" alone, but its signer "Example Intermediate" is not a public root. Add the intermediates (CAs call the result the full chain), or give the root of a private CA as rancher:tls.caCertificate.',
    ]);
  });

  it("a missing intermediate, under a private CA", () => {
    expect(said({ certificate: leaf.pem, caCertificate: root.pem })).toEqual([
      'caCertificate did not sign "rancher.example.com", the end of the chain: it is "Example Root", and the signer was "Example Intermediate". Add the intermediate to tls.chain, or give the CA that signed.',
    ]);
  });

  it("a private CA that was not given", () => {
    expect(said({ certificate: leaf.pem, chain: middle.pem + "\n" + root.pem })).toEqual([
      'certificate ends at "Example Root", a CA of your own, which no agent trusts by itself. Give that certificate as rancher:tls.caCertificate too.',
    ]);
  });

  it("an unknown root, as a warning", () => {
    expect(said({ certificate: leaf.pem, chain: middle.pem })).toEqual([
      'warning: certificate ends at "Example Root", which is not among the public roots known here. If the CA is private, give its root as rancher:tls.caCertificate.',
    ]);
  });

  it("a self-signed certificate", async () => {
    const own = await make({ name: hostname, hosts: [hostname] });

    expect(said({ certificate: own.pem })).toEqual([
      "certificate is self-signed, which no agent trusts by itself. Give that certificate as rancher:tls.caCertificate too.",
    ]);
  });
});

describe("the check of a CA", () => {
  it("reports a CA of the right name with another key", async () => {
    const twin = await make({ name: "Example Root", ca: true });

    expect(said({ certificate: leaf.pem, chain: middle.pem, caCertificate: twin.pem })).toEqual([
      'caCertificate is "Example Root", which has the right name but did not sign "Example Intermediate": another key did. Give the CA certificate of that key.',
    ]);
  });

  it("reports a certificate that is not a CA", async () => {
    const other = await make({ name: "other.example.com", hosts: ["other.example.com"] });

    expect(said({ certificate: leaf.pem, chain: middle.pem, caCertificate: other.pem })).toEqual([
      'caCertificate holds "other.example.com", which is not a CA certificate. Give the root that signed the chain.',
    ]);
  });

  it("reports an intermediate in place of the root", () => {
    expect(said({ certificate: leaf.pem, caCertificate: middle.pem })).toEqual([
      'caCertificate is "Example Intermediate", an intermediate signed by "Example Root". Agents need the root: give that one, and put this one in tls.chain.',
    ]);
  });

  it("ignores an intermediate beside the root, with a warning", () => {
    const message =
      'warning: caCertificate also holds the intermediate "Example Intermediate", which is left out: tls-ca takes roots only. Move it to tls.chain.';

    for (const caCertificate of [middle.pem + root.pem, root.pem + middle.pem]) {
      expect(said({ certificate: leaf.pem, chain: middle.pem, caCertificate })).toEqual([message]);
      expect(said({ caCertificate })).toEqual([message]);
    }
  });

  it("reports an intermediate that the chain lacks", () => {
    expect(said({ certificate: leaf.pem, caCertificate: root.pem + middle.pem })).toEqual([
      'caCertificate holds the intermediate "Example Intermediate", which signed "rancher.example.com" and is missing from the chain. Move it to tls.chain, and leave the root here.',
    ]);
  });

  it("reports an intermediate with another root", async () => {
    const other = await make({ name: "Other Root", ca: true });

    expect(said({ certificate: leaf.pem, chain: middle.pem, caCertificate: other.pem + middle.pem })).toEqual([
      'caCertificate did not sign "Example Intermediate", the end of the chain: it is "Other Root", and the signer was "Example Root". Add the intermediate to tls.chain, or give the CA that signed.',
    ]);
  });

  it("accepts two roots, as during a change of the root", async () => {
    const next = await make({ name: "Next Root", ca: true });

    expect(said({ certificate: leaf.pem, chain: middle.pem, caCertificate: next.pem + root.pem })).toEqual([]);
  });

  it("reports a missing root for a certificate on the load balancer's hosts", () => {
    expect(said({ caCertificate: middle.pem })).toEqual([
      'caCertificate is "Example Intermediate", an intermediate signed by "Example Root". Agents need the root: give that one, and put this one in tls.chain.',
    ]);
  });
});
