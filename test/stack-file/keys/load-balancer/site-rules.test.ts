import { beforeAll, describe, expect, it } from "vitest";
import { describeProblems } from "../../../../components/program/problem.ts";
import { readSettings } from "../../../../components/stack-file/stack-file.ts";
import { goodSource, kubeconfig, now } from "../../../stack-files/stack-file-case.ts";
import { issue } from "../../../support/certificates.ts";
import type { Issued } from "../../../support/certificates.ts";

let root: Issued;
let wiki: Issued;
let chat: Issued;
let files: Readonly<Record<string, string>>;

const site = (name: string, change: object = {}) => ({
  name,
  hostname: `${name}.example.com`,
  upstreams: ["192.0.2.31:8080"],
  certificate: `${name}.pem`,
  ...change,
});

beforeAll(async () => {
  root = await issue({ name: "Example Root", ca: true, now });
  wiki = await issue({ name: "wiki.example.com", hosts: ["wiki.example.com"], issuer: root, now });
  chat = await issue({ name: "chat.example.com", hosts: ["chat.example.com"], issuer: root, kind: "rsa1024", now });
  files = { "wiki.pem": wiki.pem, "chat.pem": chat.pem, "root.pem": root.pem };
});

/** Reads a stack file at layer 7 with these sites. */
function read(sites: readonly object[], sitePrivateKeys: string) {
  const good = goodSource();
  const { loadBalancer } = good.values as { loadBalancer: object };
  return readSettings({
    ...good,
    values: {
      ...good.values,
      tls: { source: "secret", certificate: { onHost: "/etc/ssl/r.pem" }, privateKey: { onHost: "/etc/ssl/r.key" } },
      loadBalancer: { ...loadBalancer, layer: 7, sites },
    },
    secrets: { kubeconfig, sitePrivateKeys },
    readFile: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
  });
}

function said(...given: Parameters<typeof read>): string {
  const result = read(...given);
  return "problems" in result ? describeProblems(result.problems) : "";
}

describe("sites with certificates from local files", () => {
  it("have them read, with a warning if only some browsers know the signer", () => {
    const result = read(
      [site("wiki", { chain: "root.pem", upstreams: ["[2001:db8::1]:80", "wiki.internal:81"] })],
      wiki.key,
    );

    expect("settings" in result && result.settings.loadBalancer).toMatchObject({
      sites: [
        {
          name: "wiki",
          hostname: "wiki.example.com",
          upstreams: [
            { address: "2001:db8::1", port: 80 },
            { address: "wiki.internal", port: 81 },
          ],
          certificate: { from: "stack", chain: `${wiki.pem.trim()}\n${root.pem.trim()}\n` },
        },
      ],
    });
    expect(describeProblems(result.warnings)).toBe(
      'rancher:loadBalancer.sites[0].certificate ends at "Example Root", which is self-signed. Browsers that do not know it warn; if the CA is public, intermediates are missing.',
    );
    expect(describeProblems(read([site("wiki")], wiki.key).warnings)).toBe(
      'rancher:loadBalancer.sites[0].certificate ends at "Example Root", which is not among the public roots known here. Browsers that do not know it warn; if the CA is public, intermediates are missing.',
    );
  });

  it("have the faults of each certificate reported at its own keys", () => {
    expect(said([site("chat"), site("wiki", { hostname: "docs.example.com" })], `${chat.key}\n${root.key}`)).toBe(
      [
        'rancher:loadBalancer.sites[0].certificate has a weak key: "chat.example.com" is RSA with 1024 bits, and clients refuse less than 2048. Have a new one issued.',
        "rancher:loadBalancer.sites[1].certificate does not cover rancher:loadBalancer.sites[1].hostname docs.example.com; it covers wiki.example.com. Have one issued for that name, or change the hostname.",
        'rancher:sitePrivateKeys holds no key for rancher:loadBalancer.sites[1].certificate, "wiki.example.com". Add the one it was requested with.',
        "rancher:sitePrivateKeys holds a key, number 2 of 2, that fits no site's certificate. Take it out.",
      ].join("\n"),
    );
  });

  it("do not report unused keys while a certificate cannot be read", () => {
    expect(said([site("wiki"), site("docs")], `${wiki.key}\n${chat.key}`)).toBe(
      'rancher:loadBalancer.sites[1].certificate names the file "docs.pem", which cannot be read. Paths start at the folder of the stack file.',
    );
  });

  it("name the secret their keys belong in, and never show them", () => {
    const text = said([site("wiki", { certificate: `${wiki.pem}\n${wiki.key}` })], wiki.key);

    expect(text).toMatch(
      /^rancher:loadBalancer.sites\[0\].certificate holds a private key in plain text\. .*sitePrivateKeys/,
    );
    expect(text).not.toContain(wiki.key.split("\n")[1]);
    files = { ...files, "both.pem": `${wiki.pem}\n${wiki.key}` };
    expect(said([site("wiki", { certificate: "both.pem" })], wiki.key)).toBe(
      "rancher:loadBalancer.sites[0].certificate holds a private key beside the certificate. Keep the key out of it; it belongs in the secret rancher:sitePrivateKeys.",
    );
  });
});
