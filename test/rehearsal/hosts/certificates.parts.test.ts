import { X509Certificate } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  certificateFiles,
  type BalancerCertificate,
} from "../../../components/load-balancer/certificates/certificate-files.ts";
import type { Listener } from "../../../components/load-balancer/listener.ts";
import { createSandbox, type Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { issue, type Issued } from "../../support/certificates.ts";
import { ScriptedHost } from "../support/scripted-host.ts";

/** Takes two seconds for a response. */
const slowServer =
  "$s=IO::Socket::INET->new(LocalPort=>8099,Listen=>5,ReuseAddr=>1) or die; while ($c=$s->accept) { " +
  'sysread $c,$_,9999; sleep 2; print $c "HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nslow"; close $c }';

const hostname = "rancher.example.com";

describe.skipIf(process.getuid?.() !== 0)("certificates at nginx", () => {
  const folder = mkdtempSync(join(tmpdir(), "certificates-test-"));
  let sandbox: Sandbox;
  let machine: ScriptedHost;
  let first: Issued;
  let second: Issued;

  beforeAll(async () => {
    sandbox = await createSandbox({ folder, progress: () => undefined });
    machine = new ScriptedHost(sandbox, await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 }));
    // Created before the mark: the watch for certificate files must leave these alone.
    await machine.look("mkdir", "-p", "/etc/acme/archive");
    await machine.host.mark();
    first = await issue({ name: "first", hosts: [hostname] });
    second = await issue({ name: "second", hosts: [hostname], kind: "rsa2048" });
  });
  afterAll(async () => {
    await sandbox.close();
    rmSync(folder, { recursive: true });
  });

  /** Rolls one certificate out, at layer 7. */
  const serve = (certificate: BalancerCertificate, key?: string) => {
    const site = { name: "rancher", hostname, upstreams: [{ address: "127.0.0.1", port: 8099 }] };
    const listener: Listener = {
      layer: 7,
      name: "https",
      port: 443,
      redirectPort: 80,
      sites: [{ ...site, certificate: certificateFiles(certificate) }],
    };
    const secrets = key === undefined ? {} : { key_rancher: key };
    return machine.nginxWith({ listeners: [listener], certificates: [certificate] }, { secrets });
  };
  const open = (): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const to = { host: machine.host.address, port: 443, servername: hostname, rejectUnauthorized: false };
      const socket = connect(to, () => resolve(socket)).once("error", reject);
    });
  /** One request. Returns the whole response. */
  const ask = async (): Promise<string> => {
    const socket = await open();
    socket.write(`GET / HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`);
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  };
  /** The certificate that a new client gets. */
  const shown = async (): Promise<string> => {
    const socket = await open();
    const { subject } = new X509Certificate(socket.getPeerCertificate().raw);
    socket.destroy();
    return subject;
  };
  const isAsItWas = async () => {
    const end = await machine.base.delete();
    expect(end.code, end.stderr).toBe(0);
    expect(await machine.changes()).toEqual([]);
  };

  describe("from the stack", () => {
    const certificate = (chain: Issued): BalancerCertificate => ({
      name: "rancher",
      hostname,
      from: "stack",
      chain: chain.pem,
      privateKey: "on standard input",
    });
    beforeAll(async () => {
      await machine.base.create();
      const end = await serve(certificate(first), first.key);
      expect(end.code, end.stderr).toBe(0);
    });
    afterAll(isAsItWas);

    it("is served, and not touched by a second run", async () => {
      const before = await machine.stableProcesses();

      const end = await serve(certificate(first), first.key);

      expect([end.code, end.stderr]).toEqual([0, "unchanged: nginx runs this configuration\n"]);
      expect([await shown(), await machine.nginxProcesses()]).toEqual(["CN=first", before]);
    });

    it("is replaced without an interruption: old connections stay, and new ones never fail", async () => {
      await machine.look("sh", "-c", `perl -MIO::Socket::INET -e '${slowServer}' >/dev/null 2>&1 & sleep 0.3`);
      const asking = ask();
      const subjects: string[] = [];
      let renewing = true;
      const clients = (async () => {
        while (renewing) subjects.push(await shown());
      })();

      const end = await serve(certificate(second), second.key);
      await sleep(200);
      renewing = false;
      await clients;

      expect(end.code, end.stderr).toBe(0);
      expect(new Set(subjects)).toEqual(new Set(["CN=first", "CN=second"]));
      expect(await shown()).toBe("CN=second");
      expect(await asking).toMatch(/^HTTP\/1\.1 200 [\s\S]*slow$/);
      await machine.look("pkill", "-x", "perl");
      expect(await machine.look("ls", "/etc/nginx/tls")).toBe(
        certificateFiles(certificate(second)).certificate.split("/")[4],
      );
    });

    it("is refused with another certificate's key, and nginx continues unchanged", async () => {
      const before = await machine.host.changes();
      const served = await shown();

      const end = await serve(certificate(first), second.key);

      expect([end.code, end.stderr]).toEqual([10, expect.stringContaining("is not the key of the certificate for")]);
      expect(await shown()).toBe(served);
      expect(await machine.host.changes()).toEqual(before);
    });
  });

  describe("on the host", () => {
    const live = "/etc/acme/live/rancher";
    const certificate: BalancerCertificate = {
      name: "rancher",
      hostname,
      from: "host",
      certificate: `${live}/fullchain.pem`,
      privateKey: `${live}/privkey.pem`,
    };
    const at = (path: string) => join(machine.host.root, path);
    let count = 0;
    /** As ACME clients do: new files under a new name, then one link after the other. */
    const renew = (pem: string, key: string) => {
      count += 1;
      mkdirSync(at(live), { recursive: true });
      for (const [name, text] of [
        ["fullchain", pem],
        ["privkey", key],
      ] as const) {
        writeFileSync(at(`/etc/acme/archive/${name}${count}.pem`), text, { mode: 0o600 });
        symlinkSync(`../../archive/${name}${count}.pem`, at(`${live}/.new`));
        renameSync(at(`${live}/.new`), at(`${live}/${name}.pem`));
      }
    };
    const journal = () => machine.look("journalctl", "-u", "rancher-nginx-certificates");
    const until = async (holds: () => Promise<boolean>) => {
      for (const end = Date.now() + 40_000; Date.now() < end; await sleep(200)) if (await holds()) return true;
      return false;
    };

    beforeAll(async () => {
      renew(first.pem, first.key);
      await machine.base.create();
      const end = await serve(certificate);
      expect(end.code, end.stderr).toBe(0);
    });
    // As with systemd, changes during a renewal are not noticed.
    const renewalIsOver = async () => {
      const atWork = () => machine.look("sh", "-c", "pgrep -f '[n]ginx-certificates.sh' || true");
      expect(await until(async () => (await atWork()) === "")).toBe(true);
      await sleep(1000);
    };
    const renewals = async () => (await journal()).split("Started ").length;
    afterEach(async () => {
      await renewalIsOver();
      const before = await renewals();
      renew(first.pem, first.key);
      expect(await until(async () => (await renewals()) > before), await journal()).toBe(true);
      expect(await shown()).toBe("CN=first");
      await renewalIsOver();
    });
    afterAll(async () => {
      await machine.look("sh", "-c", "rm -rf /etc/acme/live /etc/acme/archive/*");
      await isAsItWas();
      expect(await machine.look("sh", "-c", "ps ax | grep '[s]mall-systemctl: rancher'")).toBe("");
    });

    it("is served, and not touched by a second run", async () => {
      const before = await machine.stableProcesses();

      const end = await serve(certificate);

      expect([end.code, end.stderr]).toEqual([0, "unchanged: nginx runs this configuration\n"]);
      expect([await shown(), await machine.nginxProcesses()]).toEqual(["CN=first", before]);
    });

    it("is reloaded within seconds of its renewal, by the same master process", async () => {
      const master = await machine.look("cat", "/run/nginx.pid");

      renew(second.pem, second.key);

      expect(await until(async () => (await shown()) === "CN=second"), await journal()).toBe(true);
      expect(await machine.look("cat", "/run/nginx.pid")).toBe(master);
      expect(await journal()).toContain("changed: nginx runs the new configuration");
    });

    it("is reloaded after a power cut too", async () => {
      await machine.powerCut();

      renew(second.pem, second.key);

      expect(await until(async () => (await shown()) === "CN=second"), await journal()).toBe(true);
    });

    it("is not reloaded if it is invalid: the old one stays, and the journal gives the reason", async () => {
      const stale = await issue({ name: "stale", hosts: ["other.example.com"] });

      renew(stale.pem, stale.key);

      expect(await until(async () => (await journal()).includes("does not cover"))).toBe(true);
      expect(await until(async () => (await journal()).includes("nginx keeps using the previous certificates"))).toBe(
        true,
      );
      expect(await shown()).toBe("CN=first");
      expect(await machine.look("sh", "-c", "nginx -t -q 2>&1 && echo good")).toBe("good");
    });
  });
});
