import { mkdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  certificateFiles,
  type BalancerCertificate,
} from "../../../../components/load-balancer/certificates/certificate-files.ts";
import type { Listener } from "../../../../components/load-balancer/listener.ts";
import { renderNginxContainerScript } from "../../../../components/load-balancer/nginx/container/nginx-container-script.ts";
import { defaultNginxOptions } from "../../../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderSingleNodeNginxScript } from "../../../../components/load-balancer/nginx/single-node/single-node-nginx-script.ts";
import { issue, type Issued } from "../../../support/certificates.ts";
import { runShell } from "../../../support/scripts/script-folder.ts";
import { images, NginxEngineMachine } from "../../support/fake-nginx-engine.ts";

const hostname = "rancher.example.com";
const [certificate, privateKey] = ["/etc/acme/cert.pem", "/etc/acme/key.pem"];
const onHost: BalancerCertificate = { name: "rancher", hostname, from: "host", certificate, privateKey };
const site = { name: "rancher", hostname, upstreams: [{ address: "192.0.2.11", port: 80 }] };
const listeners: Listener[] = [
  {
    layer: 7,
    name: "https",
    port: 443,
    redirectPort: 80,
    sites: [{ ...site, certificate: certificateFiles(onHost) }],
  },
];
const args = { listeners, options: defaultNginxOptions, certificates: [onHost], image: images.first };
const singleNode = { network: "rancher", local: false };

let first: Issued;
let second: Issued;
beforeAll(async () => {
  first = await issue({ name: "first", hosts: [hostname] });
  second = await issue({ name: "second", hosts: [hostname] });
});

class Machine extends NginxEngineMachine {
  constructor() {
    super();
    this.command("systemctl", ":");
    this.command("sleep", "exec /bin/sleep 0.1");
    mkdirSync(this.path("root/etc/systemd/system"), { recursive: true });
    this.put(first);
  }

  put({ pem, key }: Pick<Issued, "pem" | "key">): void {
    this.write(certificate, pem);
    this.write(privateKey, key);
  }

  /** Runs the script that systemd would run. Its paths already lead to the machine's folder. */
  async renew() {
    const before = this.engine.calls.length;
    const script = readFileSync(`${this.state}/nginx-certificates.sh`, "utf8");
    const { code, stderr } = await runShell("/bin/sh", script, { env: { PATH: this.bin }, input: "" });
    return { code, stderr, calls: this.engine.calls.slice(before) };
  }

  get served(): string | undefined {
    return this.read("/etc/rancher-nginx/tls/rancher/chain.pem");
  }
}

describe.each([
  ["on the host's network", renderNginxContainerScript(args)],
  ["in a Docker network", renderSingleNodeNginxScript({ ...args, singleNode })],
])("a renewed certificate of nginx in a container %s", (_, script) => {
  it("is served after a reload of the same container, and an invalid one is not", async () => {
    using machine = new Machine();
    const made = await machine.run(script, { name: "nginx-container" });
    expect([made.code, made.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
    const [id, worker] = [machine.engine.about("rancher-nginx", "id"), machine.engine.about("rancher-nginx", "worker")];

    const idle = await machine.renew();
    machine.put(second);
    const renewed = await machine.renew();
    machine.put({ pem: first.pem, key: second.key });
    const invalid = await machine.renew();

    expect([idle.code, idle.stderr, idle.calls]).toEqual([0, "", []]);
    expect([renewed.code, renewed.stderr]).toEqual([0, "changed: nginx runs the new configuration\n"]);
    expect(renewed.calls.filter((call) => !/^(container inspect|exec|logs) /.test(call))).toEqual([]);
    expect(renewed.calls.filter((call) => call.endsWith(" -s reload"))).toHaveLength(1);
    expect(machine.engine.about("rancher-nginx", "worker")).not.toBe(worker);
    expect(invalid.code).toBe(10);
    expect(invalid.stderr).toMatch(/is not the key of [\s\S]*nginx keeps using the previous certificates\n$/);
    expect([machine.engine.about("rancher-nginx", "id"), machine.served]).toEqual([id, `${second.pem}\n`]);
  });
});
