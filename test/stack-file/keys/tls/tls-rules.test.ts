import { beforeAll, describe, expect, it } from "vitest";
import { describeProblems } from "../../../../components/program/problem.ts";
import { readSettings } from "../../../../components/stack-file/stack-file.ts";
import { goodSource, kubeconfig, now } from "../../../stack-files/stack-file-case.ts";
import { issue } from "../../../support/certificates.ts";
import type { Issued } from "../../../support/certificates.ts";

const hostname = "rancher.example.com";

let root: Issued;
let middle: Issued;
let leaf: Issued;
let files: Readonly<Record<string, string>>;

beforeAll(async () => {
  root = await issue({ name: "Example Root", ca: true, now });
  middle = await issue({ name: "Example Intermediate", ca: true, issuer: root, now });
  leaf = await issue({ name: hostname, hosts: [hostname], issuer: middle, now });
  files = {
    "leaf.pem": leaf.pem,
    "full.pem": `${leaf.pem}\n${middle.pem}`,
    "middle.pem": middle.pem,
    "root.pem": root.pem,
  };
});

/** Reads a stack file with its own certificate. */
function read(tls: object, tlsPrivateKey: string | undefined = leaf.key, change: object = {}) {
  const good = goodSource();
  return readSettings({
    ...good,
    values: { ...good.values, tls: { source: "secret", ...tls }, ...change },
    secrets: tlsPrivateKey === "" ? { kubeconfig } : { kubeconfig, tlsPrivateKey },
    readFile: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
  });
}

function said(...given: Parameters<typeof read>): string {
  const result = read(...given);
  return "problems" in result ? describeProblems(result.problems) : "";
}

describe("a certificate of the user's", () => {
  it("is read from files, leaf first, with the intermediates behind it", () => {
    const result = read({ certificate: "leaf.pem", chain: "middle.pem", caCertificate: "root.pem" });

    expect("settings" in result && result.settings.tls).toEqual({
      source: "secret",
      certificate: { from: "stack", chain: `${leaf.pem.trim()}\n${middle.pem.trim()}\n` },
      caCertificate: `${root.pem.trim()}\n`,
    });
  });

  it("may be PEM text in the stack file, with the chain in it", () => {
    const result = read({ certificate: files["full.pem"] });

    expect("settings" in result && result.settings.tls).toEqual({
      source: "secret",
      certificate: { from: "stack", chain: `${leaf.pem}\n${middle.pem}`.trim() + "\n" },
    });
    expect(describeProblems(result.warnings)).toMatch(
      /^rancher:tls.certificate ends at "Example Root", which is not among/,
    );
  });

  it("is normalised PEM, from files with a byte order mark, CRLF and bag attributes", () => {
    const exported = (pem: string) => {
      const attributes = "Bag Attributes\n    localKeyID: 01\nsubject=CN = x\nissuer=CN = y\n";
      return `\ufeff${attributes}${pem}`.replaceAll("\n", "\r\n");
    };
    files = {
      ...files,
      "leaf.crt": exported(leaf.pem),
      "middle.crt": exported(middle.pem),
      "root.crt": exported(root.pem),
    };

    const result = read(
      { certificate: "leaf.crt", chain: "middle.crt", caCertificate: "root.crt" },
      exported(leaf.key).slice(1),
    );

    expect("problems" in result ? describeProblems(result.problems) : result.settings.tls).toEqual({
      source: "secret",
      certificate: { from: "stack", chain: `${leaf.pem.trim()}\n${middle.pem.trim()}\n` },
      caCertificate: `${root.pem.trim()}\n`,
    });
  });

  it("may have a CA with an intermediate: only the root goes into the cluster", () => {
    const result = read({ certificate: "full.pem", caCertificate: `${middle.pem}\n${root.pem}` });

    expect("settings" in result && result.settings.tls).toMatchObject({ caCertificate: `${root.pem.trim()}\n` });
    expect(describeProblems(result.warnings)).toBe(
      'rancher:tls.caCertificate also holds the intermediate "Example Intermediate", which is left out: tls-ca takes roots only. Move it to tls.chain.',
    );
  });

  it("has the faults of its parts reported at the keys they belong to", () => {
    expect(
      said({ certificate: "full.pem", caCertificate: "middle.pem" }, root.key, { hostname: "other.example.com" }),
    ).toBe(
      [
        'rancher:tls.caCertificate is "Example Intermediate", an intermediate signed by "Example Root". Agents need the root: give that one, and put this one in tls.chain.',
        "rancher:tls.certificate does not cover rancher:hostname other.example.com; it covers rancher.example.com. Have one issued for that name, or change the hostname.",
        'rancher:tlsPrivateKey does not fit the certificate "rancher.example.com". Set the key the certificate was requested with.',
      ].join("\n"),
    );
  });

  it("is not checked against an invalid hostname", () => {
    expect(said({ certificate: "full.pem", caCertificate: "root.pem" }, leaf.key, { hostname: "192.0.2.1" })).toMatch(
      /^rancher:hostname is the IP address 192.0.2.1[^\n]*$/,
    );
  });

  it("is reported if its file cannot be read", () => {
    expect(said({ certificate: "absent.pem", caCertificate: "root.pem" })).toBe(
      'rancher:tls.certificate names the file "absent.pem", which cannot be read. Paths start at the folder of the stack file.',
    );
  });

  it("is reported without a key", () => {
    expect(said({ certificate: "full.pem", caCertificate: "root.pem" }, "")).toBe(
      "rancher:tlsPrivateKey is missing. Private key of `tls.certificate`, PEM, not encrypted. Needed with `tls.source: secret` and a certificate from this machine. " +
        "Set it with: npm run secret -- STACK tlsPrivateKey < certificates/rancher.key",
    );
  });

  it("is reported with an expired chain, a year later", () => {
    const good = goodSource();
    const result = readSettings({
      ...good,
      values: {
        ...good.values,
        tls: { source: "secret", certificate: "leaf.pem", caCertificate: "root.pem", chain: "middle.pem" },
      },
      secrets: { kubeconfig, tlsPrivateKey: leaf.key },
      readFile: (path) => files[path],
      now: new Date("2027-11-25T12:00:00Z"),
    });

    expect("problems" in result && describeProblems(result.problems)).toBe(
      [
        'rancher:tls.certificate has expired: "rancher.example.com" was valid until 2027-11-21. Renew it.',
        'rancher:tls.chain has expired: "Example Intermediate" was valid until 2027-11-21. Renew it.',
        'rancher:tls.caCertificate has expired: "Example Root" was valid until 2027-11-21. Renew it.',
      ].join("\n"),
    );
  });

  it("may be on the load balancer's hosts, and then only its CA is checked here", () => {
    const { loadBalancer } = goodSource().values as { loadBalancer: object };
    const layer7 = { loadBalancer: { ...loadBalancer, layer: 7 } };
    const onHosts = {
      certificate: { onHost: "/etc/ssl/r.pem" },
      chain: { onHost: "/etc/ssl/chain.pem" },
      privateKey: { onHost: "/etc/ssl/r.key" },
    };
    const result = read({ ...onHosts, caCertificate: "root.pem" }, "", layer7);

    expect("settings" in result && result.settings.tls).toEqual({
      source: "secret",
      certificate: {
        from: "host",
        certificate: "/etc/ssl/r.pem",
        chain: "/etc/ssl/chain.pem",
        privateKey: "/etc/ssl/r.key",
      },
      caCertificate: `${root.pem.trim()}\n`,
    });
    expect(said({ ...onHosts, caCertificate: "absent.pem" }, "", layer7)).toBe(
      'rancher:tls.caCertificate names the file "absent.pem", which cannot be read. Paths start at the folder of the stack file.',
    );
  });

  it("never shows its key", () => {
    expect(said({ certificate: leaf.key })).not.toContain(leaf.key.split("\n")[1]);
    expect(said({ certificate: "full.pem" }, middle.key)).not.toContain(middle.key.split("\n")[1]);
  });
});
