import { existsSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  certificateFiles,
  type BalancerCertificate,
} from "../../../components/load-balancer/certificates/certificate-files.ts";
import { certificateValues, keySecret } from "../../../components/load-balancer/certificates/certificate-script.ts";
import { issue, type Issued } from "../../support/certificates.ts";
import { ScriptSandbox } from "../../support/scripts/script-run.ts";
import { shell } from "../../support/scripts/shell.ts";

const hostname = "rancher.example.com";
const tls = "/etc/nginx/tls";

/** A machine with openssl, whose folder for certificates is inside the test's folder. */
class Machine extends ScriptSandbox {
  constructor() {
    super();
    this.prepared();
    mkdirSync(this.path("etc/nginx"), { recursive: true });
  }

  /** Installs certificates as a script does. `fails` stands for a rollout that does not take effect. */
  async bring(certificates: readonly BalancerCertificate[], keys: Record<string, string> = {}, fails = false) {
    const secrets = Object.fromEntries(
      certificates.flatMap((one) => (one.from === "stack" ? [[keySecret(one), keys[one.name] ?? ""]] : [])),
    );
    const body = [
      'mkdir -p "$facts"',
      "begin_certificates",
      "place_certificates",
      'echo "renewed: $renewed"',
      fails ? 'take_back_certificates; fail 40 "not alive"' : "clean_certificates",
    ];
    return this.script(shell(`${body.join("\n")}\n`, this.values(certificates)), { name: "nginx", secrets });
  }

  /** Is killed after it has placed them. */
  async isKilled(certificates: readonly BalancerCertificate[], secrets: Record<string, string> = {}) {
    const body = 'mkdir -p "$facts"\nbegin_certificates\nplace_certificates\nkill -9 $$\n';
    return this.script(shell(body, this.values(certificates)), { name: "nginx", secrets });
  }

  values(certificates: readonly BalancerCertificate[]) {
    return { tls: this.path(tls), ...certificateValues(certificates) };
  }

  read(path: string): string {
    return readFileSync(this.path(path), "utf8");
  }

  /** Names in the folder of certificates. */
  get folders(): string[] {
    return existsSync(this.path(tls)) ? readdirSync(this.path(tls)).sort() : [];
  }
}

let first: Issued;
let second: Issued;
beforeAll(async () => {
  first = await issue({ name: "first", hosts: [hostname] });
  second = await issue({ name: "second", hosts: [hostname], kind: "rsa2048" });
});

const stack = (chain: Issued): BalancerCertificate => ({
  name: "rancher",
  hostname,
  from: "stack",
  chain: chain.pem,
  privateKey: "travels apart",
});

describe("a certificate from the stack", () => {
  it("is placed where the configuration expects it, its key readable for root alone", async () => {
    using machine = new Machine();

    const run = await machine.bring([stack(first)], { rancher: first.key });

    expect(run).toEqual({ code: 0, stdout: "renewed: no\n", stderr: "" });
    const files = certificateFiles(stack(first));
    expect(machine.read(files.certificate).trim()).toBe(first.pem.trim());
    expect(machine.read(files.privateKey)).toBe(first.key);
    expect(statSync(machine.path(files.certificate)).mode & 0o777).toBe(0o644);
    expect(statSync(machine.path(files.privateKey)).mode & 0o777).toBe(0o600);
    expect(statSync(machine.path(tls)).mode & 0o777).toBe(0o700);
  });

  it("is not written a second time", async () => {
    using machine = new Machine();
    await machine.bring([stack(first)], { rancher: first.key });
    const before = statSync(machine.path(certificateFiles(stack(first)).privateKey));

    await machine.bring([stack(first)], { rancher: first.key });

    expect(statSync(machine.path(certificateFiles(stack(first)).privateKey))).toMatchObject({
      ino: before.ino,
      mtimeMs: before.mtimeMs,
    });
  });

  it("gets a new folder once renewed; the old one is removed only after a success", async () => {
    using machine = new Machine();
    await machine.bring([stack(first)], { rancher: first.key });
    const [old] = machine.folders;

    const failed = await machine.bring([stack(second)], { rancher: second.key }, true);
    const afterFailure = machine.folders;
    await machine.bring([stack(second)], { rancher: second.key });

    expect([failed.code, failed.stderr]).toEqual([40, "not alive\n"]);
    expect(afterFailure).toEqual([old]);
    expect(machine.folders).toHaveLength(1);
    expect(machine.folders).not.toContain(old);
  });

  it("of a killed run is removed by the next success", async () => {
    using machine = new Machine();
    await machine.isKilled([stack(first)], { key_rancher: first.key });
    expect(machine.folders).toHaveLength(1);

    await machine.bring([stack(second)], { rancher: second.key });

    expect(machine.folders).toEqual([certificateFiles(stack(second)).certificate.split("/").at(-2)]);
  });

  it("is refused with another certificate's key, and nothing of it remains", async () => {
    using machine = new Machine();

    const run = await machine.bring([stack(first)], { rancher: second.key });

    expect([run.code, run.stderr]).toEqual([
      10,
      `the private key for ${hostname} is not the key of the certificate for ${hostname}. Set a certificate and key that belong together\n`,
    ]);
    expect(machine.folders).toEqual([]);
  });
});

describe("a certificate on the host", () => {
  const certificate = (machine: Machine, chain?: string): BalancerCertificate => ({
    name: "rancher",
    hostname,
    from: "host",
    certificate: machine.path("live.pem"),
    privateKey: machine.path("live key.pem"),
    ...(chain !== undefined && { chain }),
  });
  const renew = (machine: Machine, pem: string, key: string) => {
    writeFileSync(machine.path("live.pem"), pem);
    writeFileSync(machine.path("live key.pem"), key);
  };

  it("is copied behind a link of its name, and triggers a reload", async () => {
    using machine = new Machine();
    renew(machine, first.pem, first.key);

    const run = await machine.bring([certificate(machine)]);

    expect(run).toEqual({ code: 0, stdout: "renewed: yes\n", stderr: "" });
    const files = certificateFiles(certificate(machine));
    expect(machine.read(files.certificate).trim()).toBe(first.pem.trim());
    expect(machine.read(files.privateKey)).toBe(`${first.key}\n`);
    expect(statSync(machine.path(files.privateKey)).mode & 0o777).toBe(0o600);
    expect(readlinkSync(machine.path(tls, "rancher"))).toMatch(/^rancher\.[0-9a-f]{16}$/);
  });

  it("takes the chain from a separate file, even if the certificate has no final newline", async () => {
    using machine = new Machine();
    const ca = await issue({ name: "ca", ca: true });
    const leaf = await issue({ name: "leaf", hosts: [hostname], issuer: ca });
    renew(machine, leaf.pem.trim(), leaf.key);
    writeFileSync(machine.path("chain.pem"), ca.pem);

    await machine.bring([certificate(machine, machine.path("chain.pem"))]);

    const chain = machine.read(certificateFiles(certificate(machine)).certificate);
    expect(chain.trim()).toBe(`${leaf.pem.trim()}\n${ca.pem.trim()}`);
  });

  it("triggers no reload while it is unchanged", async () => {
    using machine = new Machine();
    renew(machine, first.pem, first.key);
    await machine.bring([certificate(machine)]);

    const again = await machine.bring([certificate(machine)]);

    expect(again.stdout).toBe("renewed: no\n");
  });

  it("triggers a reload again after a run that was killed before its reload", async () => {
    using machine = new Machine();
    renew(machine, first.pem, first.key);
    await machine.isKilled([certificate(machine)]);

    const again = await machine.bring([certificate(machine)]);
    const third = await machine.bring([certificate(machine)]);

    expect([again.stdout, third.stdout]).toEqual(["renewed: yes\n", "renewed: no\n"]);
  });

  it("goes back to the old pair if the new one does not take effect", async () => {
    using machine = new Machine();
    renew(machine, first.pem, first.key);
    await machine.bring([certificate(machine)]);
    const before = machine.folders;
    renew(machine, second.pem, second.key);

    const failed = await machine.bring([certificate(machine)], {}, true);

    expect(failed.code).toBe(40);
    expect(machine.folders).toEqual(before);
    expect(machine.read(certificateFiles(certificate(machine)).certificate).trim()).toBe(first.pem.trim());
  });

  it("has one folder after a renewal", async () => {
    using machine = new Machine();
    renew(machine, first.pem, first.key);
    await machine.bring([certificate(machine)]);
    renew(machine, second.pem, second.key);

    await machine.bring([certificate(machine)]);

    expect(machine.folders).toEqual(["rancher", readlinkSync(machine.path(tls, "rancher"))]);
    expect(machine.read(certificateFiles(certificate(machine)).privateKey)).toBe(`${second.key}\n`);
  });

  describe.each<[string, () => Promise<[string, string]>, (path: (name: string) => string) => RegExp | string]>([
    ["that is missing", async () => ["", ""], (path) => `${path("live.pem")} is not a certificate in PEM; openssl: `],
    [
      "that is not a certificate",
      async () => ["hello\n", first.key],
      (path) => `${path("live.pem")} is not a certificate in PEM; openssl: `,
    ],
    [
      "that has expired",
      async () => pair(await issue({ name: "old", hosts: [hostname], from: -20, until: -1 })),
      (path) => `${path("live.pem")} expired on `,
    ],
    [
      "that is not valid yet",
      async () => pair(await issue({ name: "new", hosts: [hostname], from: 1 })),
      (path) => `${path("live.pem")} is not valid before `,
    ],
    [
      "for another name",
      async () => pair(await issue({ name: "other", hosts: ["other.example.com", "www.example.com"] })),
      (path) =>
        `${path("live.pem")} does not cover ${hostname}; it is for DNS:other.example.com, DNS:www.example.com. Get a certificate`,
    ],
    [
      "with a short key",
      async () => pair(await issue({ name: "short", hosts: [hostname], kind: "rsa1024" })),
      (path) => `${path("live.pem")} has an RSA key of 1024 bits; at least 2048 are needed`,
    ],
    [
      "of a kind that browsers do not support",
      async () => pair(await issue({ name: "ed", hosts: [hostname], kind: "ed25519" })),
      (path) => `${path("live.pem")} has a key of type ED25519, which browsers do not accept`,
    ],
    [
      "with another certificate's key",
      async () => [first.pem, second.key],
      (path) => `${path("live key.pem")} is not the key of ${path("live.pem")}`,
    ],
    [
      "with an invalid key",
      async () => [first.pem, "hello\n"],
      (path) => `${path("live key.pem")} is not a private key in PEM without a password; openssl: `,
    ],
    [
      "followed by garbage",
      async () => [`${first.pem}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`, first.key],
      (path) => `${path("live.pem")} contains something that is not a certificate; openssl: `,
    ],
  ])("%s", (_, make, message) => {
    it("is refused, and the old one stays", async () => {
      using machine = new Machine();
      renew(machine, second.pem, second.key);
      await machine.bring([certificate(machine)]);
      renew(machine, ...(await make()));

      const run = await machine.bring([certificate(machine)]);

      expect(run.code).toBe(10);
      expect(run.stderr).toContain(message((name) => machine.path(name)));
      expect(run.stderr.trim().split("\n")).toHaveLength(1);
      expect(machine.read(certificateFiles(certificate(machine)).privateKey)).toBe(`${second.key}\n`);
    });
  });

  it("may cover names by a wildcard", async () => {
    using machine = new Machine();
    renew(machine, ...pair(await issue({ name: "wild", hosts: ["*.example.com"] })));

    expect((await machine.bring([certificate(machine)])).code).toBe(0);
  });

  it("is named if it does not exist", async () => {
    using machine = new Machine();

    const run = await machine.bring([certificate(machine)]);

    expect([run.code, run.stderr]).toEqual([
      10,
      `${machine.path("live.pem")} is not a file on this machine; it must contain the certificate for ${hostname} or its key\n`,
    ]);
  });
});

function pair({ pem, key }: Issued): [string, string] {
  return [pem, key];
}
