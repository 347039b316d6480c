import { X509Certificate } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  certificateFiles,
  type BalancerCertificate,
} from "../../components/load-balancer/certificates/certificate-files.ts";
import type { Listener } from "../../components/load-balancer/listener.ts";
import { issue, type Issued } from "../support/certificates.ts";
import { makeContainerHost, type ContainerHost } from "./support/container-host.ts";

const made = await makeContainerHost();
if ("refused" in made) console.warn(`nginx as a container is not tested here: ${made.refused}`);

const hostname = "rancher.example.com";
const eventually = { timeout: 60_000, interval: 200 };

describe.skipIf("refused" in made)("certificates of the nginx container", () => {
  const at = made as ContainerHost;
  const { machine } = at;
  let first: Issued;
  let second: Issued;

  beforeAll(async () => {
    first = await issue({ name: "first", hosts: [hostname] });
    second = await issue({ name: "second", hosts: [hostname], kind: "rsa2048" });
    await machine.base.create();
  });
  afterAll(() => at.close());

  /** Ends TLS with one certificate, at layer 7. */
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
    return at.container({ listeners: [listener], certificates: [certificate] }, { secrets });
  };
  const open = (): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const to = { host: machine.host.address, port: 443, servername: hostname, rejectUnauthorized: false };
      const socket = connect(to, () => resolve(socket)).once("error", reject);
    });
  /** The certificate that a new client gets. */
  const shown = async (): Promise<string> => {
    const socket = await open();
    const { subject } = new X509Certificate(socket.getPeerCertificate().raw);
    socket.destroy();
    return subject;
  };
  const fromStack = (chain: Issued): BalancerCertificate => ({
    name: "rancher",
    hostname,
    from: "stack",
    chain: chain.pem,
    privateKey: "on standard input",
  });
  const onHost: BalancerCertificate = {
    name: "rancher",
    hostname,
    from: "host",
    certificate: "/etc/acme/fullchain.pem",
    privateKey: "/etc/acme/privkey.pem",
  };
  const renew = (pem: string, key: string) => {
    const folder = join(machine.host.root, "etc/acme");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "privkey.pem"), key, { mode: 0o600 });
    writeFileSync(join(folder, "fullchain.pem"), pem);
  };

  it("from the stack are served, renewed in the same container, and readable for root only", async () => {
    expect((await serve(fromStack(first), first.key)).stderr).toMatch(/changed: nginx runs the new configuration\n$/);
    const [id, subject] = [await at.id(), await shown()];

    const end = await serve(fromStack(second), second.key);

    expect([end.code, end.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
    expect([await at.id(), subject, await shown()]).toEqual([id, "CN=first", "CN=second"]);
    expect(
      await machine.look("sh", "-c", "stat -c '%a %U' /etc/rancher-nginx/tls /etc/rancher-nginx/tls/*/key.pem"),
    ).toBe("700 root\n600 root");
  });

  it("with another certificate's key are refused, and nginx continues unchanged", async () => {
    const before = [await at.id(), await at.processes(), await machine.look("ls", "-R", "/etc/rancher-nginx")];

    const end = await serve(fromStack(first), second.key);

    expect([end.code, end.stderr]).toEqual([10, expect.stringContaining("is not the key of the certificate for")]);
    expect([await at.id(), await at.processes(), await machine.look("ls", "-R", "/etc/rancher-nginx")]).toEqual(before);
  });

  it("on the host are reloaded after a renewal, by the same container; invalid ones are not", async () => {
    renew(first.pem, first.key);
    const end = await serve(onHost);
    expect([end.code, end.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
    const [id, subject] = [await at.id(), await shown()];
    const unchanged = await serve(onHost);

    renew(second.pem, second.key);
    await expect.poll(shown, eventually).toBe("CN=second");
    const stale = await issue({ name: "stale", hosts: ["other.example.com"] });
    // Checked again in case systemd was still busy with the previous change: later changes wait for the timer.
    const afterAnother = (): Promise<string> => {
      renew(stale.pem, stale.key);
      return machine.look("journalctl", "-u", "rancher-nginx-certificates");
    };
    await expect
      .poll(afterAnother, { timeout: 120_000, interval: 5000 })
      .toMatch(/does not cover[\s\S]*nginx keeps using the previous certificates/);

    expect([subject, unchanged.stderr]).toEqual(["CN=first", "unchanged: nginx runs this configuration\n"]);
    expect([await at.id(), await shown()]).toEqual([id, "CN=second"]);
  });

  it("are removed by destroy, and so is the watch; the host's own files stay", async () => {
    const end = await machine.base.delete();

    expect(end.code, end.stderr).toBe(0);
    expect(await machine.look("ls", "/etc/acme")).toBe("fullchain.pem\nprivkey.pem");
    await machine.look("rm", "-r", "/etc/acme");
    expect(await machine.changes()).toEqual([]);
  });
});
