import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Suite } from "../../../../rehearsal/sandbox/packages/apt-sources.ts";
import { createSandbox, type Sandbox } from "../../../../rehearsal/sandbox/sandbox.ts";
import { issue } from "../../../support/certificates.ts";
import { placeCertificate } from "../../support/balanced.ts";
import { makeNginxMachine, type NginxMachine } from "../../support/nginx-machine.ts";
import { certificate, layer7, newerSpecs, specs, site, variantsOf } from "../../support/nginx-variants.ts";
import type { Variant } from "../../support/nginx-variants.ts";
import { rendered } from "../../support/rendered.ts";
import { takenOffers } from "../../support/clients/tls-offers.ts";

const root = process.getuid?.() === 0;

/** Output of nginx for each configuration that it does not accept silently, in one run for all of them. */
async function refused(machine: NginxMachine, variants: readonly Variant[]): Promise<Record<string, string>> {
  for (const [index, one] of variants.entries()) {
    await machine.place(`/etc/nginx/variants/${index}.conf`, machine.fill(one.template).text);
  }
  const check = `cd /etc/nginx/variants || exit 1
for index in $(seq 0 ${variants.length - 1}); do
  words=$(nginx -t -c "$PWD/$index.conf" 2>&1) && [ "$(echo "$words" | wc -l)" -eq 2 ] || printf '%s\\t%s\\n' "$index" "$(echo "$words" | tr '\\n' ' ')"
done`;
  const { code, stdout, stderr } = await machine.host.exec(["bash", "-c", check]);
  if (code !== 0) throw new Error(`the variants were not checked: ${stderr}`);
  const lines = stdout.split("\n").filter((line) => line !== "");
  return Object.fromEntries(
    lines.map((line) => {
      const [index, words = ""] = line.split("\t");
      return [variants[Number(index)]?.name ?? line, words];
    }),
  );
}

/** Debian's suites, their nginx version, and whether it follows several names and supports post-quantum curves. */
const suites: readonly (readonly [Suite, string, { readonly names: boolean; readonly postQuantum: boolean }])[] = [
  ["bookworm", "1.22", { names: false, postQuantum: false }],
  ["trixie", "1.26", { names: false, postQuantum: true }],
  ["sid", "1.30", { names: true, postQuantum: true }],
];

describe.skipIf(!root)("the rendered configuration", () => {
  let folder: string;
  const machines = new Map<Suite, NginxMachine>();
  let sandbox: Sandbox;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nginx-config-test-"));
    sandbox = await createSandbox({ folder, progress: () => undefined });
    const leaf = await issue({ name: "rancher.example.com", hosts: ["rancher.example.com"] });
    await Promise.all(
      suites.map(async ([suite]) => {
        const machine = await makeNginxMachine(sandbox, { name: suite, suite });
        await machine.place(certificate.certificate, leaf.pem);
        await machine.place(certificate.privateKey, leaf.key, 0o600);
        machines.set(suite, machine);
      }),
    );
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  describe.each(suites)("for %s", (suite, version, { names, postQuantum }) => {
    const machine = (): NginxMachine => machines.get(suite) as NginxMachine;

    it(`passes nginx -t of ${version} without a warning`, async () => {
      expect(machine().build.nginx).toMatch(new RegExp(`^${version.replace(".", "\\.")}\\.`));

      expect(await refused(machine(), variantsOf(specs))).toEqual({});
    });

    it(`${names ? "passes" : "fails"} it if several names are upstreams of one group`, async () => {
      const variants = variantsOf(newerSpecs);

      const words = Object.values(await refused(machine(), variants));

      expect(words).toHaveLength(names ? 0 : variants.length);
      for (const word of words) expect(word).toMatch(/host not found|no port/);
    });

    it("offers exactly the TLS of Mozilla's guideline, with ECDSA and with RSA", async () => {
      const files = async (kind: "ecdsa" | "rsa2048") =>
        (await placeCertificate(machine(), kind, { hostname: `${kind}.example.com`, kind })).files;
      const sites = await Promise.all(
        (["ecdsa", "rsa2048"] as const).map(async (kind) =>
          site({ name: kind, hostname: `${kind}.example.com`, certificate: await files(kind) }),
        ),
      );
      await machine().start(machine().fill(rendered([layer7(sites)])));
      const target = (kind: string) => ({
        address: machine().host.address,
        port: 443,
        hostname: `${kind}.example.com`,
      });

      const [ecdsa, rsa] = [await takenOffers(target("ecdsa")), await takenOffers(target("rsa2048"))];

      const ciphers = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"];
      const expected = (kind: string) => ({
        protocols: ["TLSv1.2", "TLSv1.3"],
        suites: ciphers.map((cipher) => `ECDHE-${kind}-${cipher}`),
        curves: ["X25519", "prime256v1", "secp384r1"],
      });
      expect({ ...ecdsa, suites: [...ecdsa.suites].sort() }).toEqual(expected("ECDSA"));
      expect({ ...rsa, suites: [...rsa.suites].sort() }).toEqual(expected("RSA"));
    });

    it("prefers the post-quantum curve if both sides support it", async () => {
      // This machine's OpenSSL may not support it; the host's does if its nginx does.
      const words = ["openssl", "s_client", "-connect", "127.0.0.1:443", "-servername", "ecdsa.example.com", "-brief"];
      const { stderr } = await machine().host.exec(words);

      expect(stderr).toContain(postQuantum ? "Negotiated TLS1.3 group: X25519MLKEM768" : "Server Temp Key: X25519,");
    });
  });
});
