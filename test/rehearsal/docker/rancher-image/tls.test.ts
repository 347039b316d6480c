import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { serverTls } from "../../../../rehearsal/docker/rancher-image/tls.ts";
import {
  createCertificateAuthority,
  type CertificateAuthority,
  type KeyPair,
} from "../../../../rehearsal/kubernetes/certificate-authority.ts";

describe("the fake server's certificate", () => {
  let authority: CertificateAuthority;
  let mounted: KeyPair;
  let folder: string;
  beforeAll(async () => {
    authority = await createCertificateAuthority("dynamiclistener-ca");
    mounted = await authority.issue({ commonName: "mounted", hosts: ["mounted"], usage: "server" });
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tls-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const mount = (files: Readonly<Record<string, string>>) => {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  };
  const tls = (noCacerts = false) => serverTls({ folder, noCacerts, authority });

  it("is signed by a generated CA, which is given to agents, if no certificate is mounted", async () => {
    const { source, cacerts, pairFor } = await tls();

    expect(source).toBe("generated");
    expect(cacerts).toBe(authority.certificate);
    const shown = new X509Certificate((await pairFor("rancher.example.com")).certificate);
    expect(shown.checkHost("rancher.example.com")).toBe("rancher.example.com");
  });

  it("gives agents no CA with --no-cacerts, and the mounted CA if there is one", async () => {
    expect(await tls(true)).toMatchObject({ source: "external", cacerts: "" });

    mount({ "cacerts.pem": "a private CA" });
    expect(await tls()).toMatchObject({ source: "external", cacerts: "a private CA" });
  });

  it("is the mounted one if there is one", async () => {
    mount({ "cert.pem": mounted.certificate, "key.pem": mounted.key, "cacerts.pem": authority.certificate });

    const { source, pairFor } = await tls();

    expect(source).toBe("mounted");
    expect(await pairFor("anything")).toEqual({ certificate: mounted.certificate, key: mounted.key });
  });

  it.each([
    ["only one file of the pair", { "cert.pem": "x" }, false, "one is missing"],
    ["a CA beside --no-cacerts", { "cacerts.pem": "x" }, true, "cacerts.pem is mounted, and --no-cacerts was given"],
    ["a certificate without its CA", { "cert.pem": "x", "key.pem": "x" }, false, "needs --no-cacerts"],
  ])("is rejected with %s, as by the genuine server", async (_, files, noCacerts, message) => {
    mount(files as unknown as Record<string, string>);

    await expect(tls(noCacerts)).rejects.toThrow(message);
  });
});
