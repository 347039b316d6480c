import { linkToLibrary, link } from "../../../components/host/shell/link.ts";
import { X509Certificate } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sshHost } from "../../../components/host/host.ts";
import {
  generatedCertificateFiles,
  renderGeneratedCertificate,
  type GeneratedCertificateScriptArgs,
} from "../../../components/tls/generated/generated-certificate-script.ts";
import { FakeSystem } from "../../support/scripts/fake-system.ts";
import { expectGolden } from "../../support/golden.ts";
import { PlainMachine, shells } from "../../support/scripts/plain-machine.ts";
import { balancerHost } from "../../support/prod-stack.ts";
import { runShell, type ScriptRun } from "../../support/scripts/script-folder.ts";

const hostname = "rancher.localhost";
const day = 86_400_000;

/** A machine on which certificates are generated, with data of the stack in `data`. */
class Authority extends PlainMachine {
  readonly data = this.path("backups of it");

  make(args: Partial<GeneratedCertificateScriptArgs> = {}): Promise<ScriptRun> {
    const body = renderGeneratedCertificate({
      host: this.host,
      hostname,
      stack: "dev",
      dataFolder: this.data,
      ...args,
    });
    return this.script(body, { name: "generated-certificate" });
  }

  get certificate(): X509Certificate {
    return new X509Certificate(readFileSync(this.path("home dir", "state of ours", "generated", "certificate.pem")));
  }

  authority(file: string, name = hostname): string {
    return this.path("backups of it", "certificate-authority", name, file);
  }

  generated(file: string): string {
    return this.path("home dir", "state of ours", "generated", file);
  }
}

describe.each(Object.entries(shells))("a generated certificate, by %s, with a Mac's tools", (_, shell) => {
  const machine = () => new Authority(shell).prepared();

  it("is for the hostname, signed by a generated CA, and only the CA is printed", async () => {
    using at = machine();

    const run = await at.make();

    expect([run.code, run.stderr.split("\n").map((line) => line.replace(/until .*/, "until"))]).toEqual([
      0,
      [`changed: created a CA for ${hostname}`, `changed: the certificate for ${hostname} is valid until`, ""],
    ]);
    expect(run.stdout).toBe(readFileSync(at.authority("certificate.pem"), "utf8"));
    const ca = new X509Certificate(run.stdout);
    const { certificate } = at;
    expect(ca.ca).toBe(true);
    expect(ca.subject).toBe(`O=Rancher stack dev\nCN=CA of ${hostname}`);
    expect(certificate.checkIssued(ca) && certificate.verify(ca.publicKey)).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(certificate.subjectAltName).toBe(`DNS:${hostname}`);
    expect(certificate.checkHost(hostname)).toBe(hostname);
    expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
    expect(ca.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
    expect(certificate.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1"]);
    expect(Math.round((Date.parse(certificate.validTo) - Date.now()) / day)).toBe(397);
    expect(Math.round((Date.parse(ca.validTo) - Date.now()) / day)).toBe(3650);
  });

  it("has keys, including the CA's, that only their owner can read", async () => {
    using at = machine();
    const run = await at.make();

    for (const key of [at.authority("key.pem"), at.generated("key.pem")]) {
      expect(statSync(key).mode & 0o777).toBe(0o600);
      expect(run.stdout + run.stderr).not.toContain(readFileSync(key, "utf8").split("\n")[1]);
    }
    expect(readFileSync(at.generated("key.pem"), "utf8")).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/);
    expect(readdirSync(at.home)).toEqual(["state of ours"]);
  });

  it("is not touched by a second run, which prints the same", async () => {
    using at = machine();
    const first = await at.make();
    const before = at.certificate.serialNumber;

    const second = await at.make();

    expect(second).toEqual({ code: 0, stdout: first.stdout, stderr: `unchanged: the certificate for ${hostname}\n` });
    expect(at.certificate.serialNumber).toBe(before);
  });

  it("is generated again after a script that was killed at any of its files", async () => {
    using at = machine();
    for (const file of [at.authority("key.pem"), at.authority("certificate.pem"), at.generated("key.pem")]) {
      rmSync(at.data, { recursive: true, force: true });
      rmSync(at.generated("."), { recursive: true, force: true });
      at.command("mv", `for last; do :; done\n/bin/mv "$@"\n[ "$last" != "${file}" ] || kill -9 $PPID`);
      expect((await at.make()).code, file).not.toBe(0);
      at.command("mv", `exec /bin/mv "$@"`);

      expect((await at.make()).code, file).toBe(0);
      const ca = new X509Certificate(readFileSync(at.authority("certificate.pem")));
      expect(at.certificate.verify(ca.publicKey)).toBe(true);
    }
  });
});

describe("a generated certificate", () => {
  const machine = () => new Authority().prepared();

  it.each<[string, (at: Authority) => void]>([
    ["is gone", (at) => rmSync(at.generated("certificate.pem"))],
    [
      "has another certificate's key",
      (at) => writeFileSync(at.generated("key.pem"), readFileSync(at.authority("key.pem"))),
    ],
    ["is partly written", (at) => writeFileSync(at.generated("certificate.pem"), "-----BEGIN CERT")],
  ])("is generated again by the same CA when it %s", async (_what, happens) => {
    using at = machine();
    const first = await at.make();
    const before = at.certificate.serialNumber;
    happens(at);

    const second = await at.make();

    expect([second.code, second.stdout]).toEqual([0, first.stdout]);
    expect(at.certificate.serialNumber).not.toBe(before);
    expect(at.certificate.verify(new X509Certificate(first.stdout).publicKey)).toBe(true);
    expect((await at.make()).stderr).toBe(`unchanged: the certificate for ${hostname}\n`);
  });

  it("is generated again by the same CA when it is due, and not before", async () => {
    using at = machine();
    const first = await at.make();
    const before = at.certificate.serialNumber;
    // openssl's own check whether 30 days are left.
    const due = (left: boolean) =>
      at.command(
        "openssl",
        `case " $* " in *" -checkend 2592000 "*) exit ${left ? 0 : 1} ;; esac\nexec /usr/bin/openssl "$@"`,
      );

    due(true);
    await at.make();
    const early = at.certificate.serialNumber;
    due(false);
    const second = await at.make();

    expect(early).toBe(before);
    expect(second.stdout).toBe(first.stdout);
    expect(at.certificate.serialNumber).not.toBe(before);
  });

  it("is generated once for every due renewal, if nothing renews it between two runs", async () => {
    using at = machine();
    await at.make();
    const before = at.certificate.serialNumber;

    await at.make({ renewal: 1 });
    const renewed = at.certificate.serialNumber;
    const again = await at.make({ renewal: 1 });

    expect(renewed).not.toBe(before);
    expect([at.certificate.serialNumber, again.stderr]).toEqual([
      renewed,
      `unchanged: the certificate for ${hostname}\n`,
    ]);
  });

  it("comes from another CA for another hostname, and from the first one again for the first", async () => {
    using at = machine();
    const first = await at.make();

    const other = await at.make({ hostname: "other.example.com" });
    const otherName = at.certificate.subjectAltName;
    const again = await at.make();

    expect(other.stdout).not.toBe(first.stdout);
    expect(otherName).toBe("DNS:other.example.com");
    expect(again.stdout).toBe(first.stdout);
    expect(at.certificate.subjectAltName).toBe(`DNS:${hostname}`);
  });

  it("is not signed by a new CA if the data's folder has another name: the CA has to be moved too", async () => {
    using at = machine();
    const first = await at.make();
    const dataFolder = at.path("elsewhere now");

    const refused = await at.make({ dataFolder });
    const [remedy = ""] = /cp -a .*/.exec(refused.stderr) ?? [];
    await at.shell(`mkdir '${dataFolder}'; ${remedy}`);
    const run = await at.make({ dataFolder });

    expect([refused.code, refused.stdout]).toEqual([10, ""]);
    expect(refused.stderr).toContain(`the CA for ${hostname}, which browsers and the agents`);
    expect([run.code, run.stdout, run.stderr]).toEqual([
      0,
      first.stdout,
      `unchanged: the certificate for ${hostname}\n`,
    ]);
  });

  it("is deleted with the stack, and the CA stays with its data", async () => {
    using at = machine();
    const first = await at.make();

    await at.script("run_all_undos", { name: "base" });
    const left = [existsSync(at.generated("key.pem")), existsSync(at.authority("key.pem"))];
    const again = await at.make();

    expect(left).toEqual([false, true]);
    expect(again.stdout).toBe(first.stdout);
  });

  it("is not generated if the CA's key is missing, and the CA is not replaced silently", async () => {
    using at = machine();
    await at.make();
    rmSync(at.authority("key.pem"));

    const run = await at.make();

    expect([run.code, run.stdout]).toEqual([10, ""]);
    expect(run.stderr).toMatch(
      /key\.pem does not match the certificate beside it, or is missing\. Restore the right one/,
    );
    expect(existsSync(at.authority("key.pem"))).toBe(false);
  });

  it("does not outlive its CA, and is refused if the CA is about to expire", async () => {
    using at = machine();
    const left = (days: number) =>
      at.command(
        "openssl",
        `case "$*" in *certificate-authority*) ;; *) exec /usr/bin/openssl "$@" ;; esac
after=0; for one do [ "$after" = 0 ] || { [ "$one" -le ${days * 86_400} ]; exit; }; [ "$one" != -checkend ] || after=1; done
exec /usr/bin/openssl "$@"`,
      );
    left(200);

    await at.make();
    const length = Math.round((Date.parse(at.certificate.validTo) - Date.now()) / day);
    rmSync(at.generated("certificate.pem"));
    left(40);
    const late = await at.make();

    expect(length).toBe(180);
    expect([late.code, late.stdout]).toEqual([10, ""]);
    expect(late.stderr).toMatch(/^the CA of rancher\.localhost in .* expires soon: notAfter=.*Move that folder away/);
  });

  it("reports openssl's message if it cannot be generated, and leaves no partial files", async () => {
    using at = machine();
    at.command("openssl", `[ "$1" != req ] || { echo "no room for req" >&2; exit 1; }\nexec /usr/bin/openssl "$@"`);

    const run = await at.make();

    expect(run).toEqual({ code: 30, stdout: "", stderr: "openssl req failed: no room for req\n" });
    expect(existsSync(at.authority("certificate.pem"))).toBe(false);
    rmSync(at.path("bin", "openssl"));
    expect(await at.make()).toMatchObject({
      code: 10,
      stderr: expect.stringMatching(/^openssl, which creates the certificate for /) as string,
    });
  });
});

describe("the CA of a generated certificate", () => {
  it("is name-constrained: it signs for no other name, even for someone who has its key", async () => {
    using at = new Authority().prepared();
    await at.make();

    const forged = await at.script(
      `cp "${at.authority("certificate.pem")}" "$work/ca.pem"; cp "${at.authority("key.pem")}" "$work/key.pem"
for name in ${hostname} below.${hostname} bank.example.com; do
  printf 'subjectAltName = DNS:%s\\n' "$name" >"$work/ext"
  openssl req -new -subj "/CN=$name" -key "$work/key.pem" -out "$work/csr" 2>/dev/null
  openssl x509 -req -in "$work/csr" -CA "$work/ca.pem" -CAkey "$work/key.pem" -set_serial 1 -extfile "$work/ext" -out "$work/leaf" 2>/dev/null
  openssl verify -CAfile "$work/ca.pem" "$work/leaf" 2>&1 | sed -n -e "s/.*OK$/$name OK/p" -e "s/^error [0-9].*: /$name /p"
done`,
    );

    expect(forged.stdout.trim().split("\n")).toEqual([
      `${hostname} OK`,
      `below.${hostname} OK`,
      "bank.example.com permitted subtree violation",
    ]);
  });

  it("supports a hostname that is longer than a name in a certificate may be", async () => {
    using at = new Authority().prepared();
    const long = `${"a".repeat(60)}.${"b".repeat(60)}.example.com`;

    const run = await at.make({ hostname: long, stack: "a stack/with 'odd' words" });

    expect(run.code).toBe(0);
    expect(at.certificate.checkHost(long)).toBe(long);
  });
});

describe("the timer of a host over SSH", () => {
  it("runs a script that renews the certificate when it is due, and is removed with the certificate", async () => {
    using at = new FakeSystem("debian").tool("systemctl");
    at.write("/etc/systemd/system/other.timer", "");
    const body = renderGeneratedCertificate({ host: at.host, hostname, stack: "dev", dataFolder: "/var/backups/r" });
    const input = { name: "generated-certificate", timeoutSeconds: 60 };
    const first = await at.run(body, input);
    const certificate = join(at.state, "generated/certificate.pem");
    const before = readFileSync(certificate, "utf8");
    const script = join(at.state, "generated-certificate.sh");
    const run = () => runShell("/bin/sh", readFileSync(script, "utf8"), { env: process.env, input: "" });

    const early = await run();
    rmSync(certificate);
    const due = await run();

    expect([first.code, at.calls()], first.stderr).toEqual([
      0,
      [
        "systemctl -q enable rancher-generated-certificate.timer",
        "systemctl restart rancher-generated-certificate.timer",
      ],
    ]);
    expect([early.code, early.stderr]).toEqual([0, `unchanged: the certificate for ${hostname}\n`]);
    expect([due.code, due.stdout], due.stderr).toEqual([0, ""]);
    expect(readFileSync(certificate, "utf8")).not.toBe(before);
    await at.run(body, input);
    expect(at.calls().at(-1)).toBe("systemctl start rancher-generated-certificate.timer");

    await at.run("run_undo generated-certificate", input);

    expect([existsSync(script), at.read("/etc/systemd/system/rancher-generated-certificate.timer")]).toEqual([
      false,
      undefined,
    ]);
    expect(at.read("/var/backups/r/certificate-authority/rancher.localhost/certificate.pem")).toBe(first.stdout);
  });
});

describe("renderGeneratedCertificate", () => {
  const host = sshHost(balancerHost());
  const args = { host, hostname: "rancher.example.com", stack: "dev", dataFolder: "/var/backups/rancher" };

  it("matches the golden file on a host over SSH", () => {
    expectGolden("tls/generated/generated-certificate.sh", linkToLibrary(renderGeneratedCertificate(args)));
  });

  it("has a systemd timer for renewals over SSH, and none on this machine", () => {
    const local = { kind: "local", name: "here", stateDir: "~/state" } as const;

    expect(link(renderGeneratedCertificate(args))).toContain("OnCalendar=daily");
    expect(link(renderGeneratedCertificate({ ...args, host: local }))).not.toContain("systemctl");
  });

  it("returns where nginx finds it", () => {
    expect(generatedCertificateFiles(host)).toEqual({
      certificate: "/var/lib/rancher-stack/generated/certificate.pem",
      privateKey: "/var/lib/rancher-stack/generated/key.pem",
    });
  });

  it("is independent of the time", () => {
    expect(link(renderGeneratedCertificate(args))).toBe(link(renderGeneratedCertificate(args)));
  });
});
