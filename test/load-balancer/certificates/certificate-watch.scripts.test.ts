import { existsSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import {
  certificateFiles,
  type BalancerCertificate,
} from "../../../components/load-balancer/certificates/certificate-files.ts";
import { defaultNginxOptions } from "../../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderNginxScript } from "../../../components/load-balancer/nginx/package/nginx-script.ts";
import { issue, type Issued } from "../../support/certificates.ts";
import { runShell } from "../../support/scripts/script-folder.ts";
import { FakeNginx } from "../support/fakes/fake-nginx.ts";

const hostname = "rancher.example.com";
const build =
  "nginx version: nginx/1.27.2\nbuilt with OpenSSL 3.1.4 24 Oct 2023\nconfigure arguments: --user=nginx --with-stream";
const [certificate, privateKey] = ["/etc/acme/100%.pem", "/etc/acme/key.pem"];
const onHost: BalancerCertificate = { name: "rancher", hostname, from: "host", certificate, privateKey };
const unit = "/etc/systemd/system/rancher-nginx-certificates";

let first: Issued;
let second: Issued;
beforeAll(async () => {
  first = await issue({ name: "first", hosts: [hostname] });
  second = await issue({ name: "second", hosts: [hostname] });
});

class Machine extends FakeNginx {
  constructor() {
    super({ release: "leap", build, installed: ["nginx", "openssl"] });
    this.write("/etc/nginx/nginx.conf", "# the package's\n");
    this.put(first);
  }

  put({ pem, key }: Pick<Issued, "pem" | "key">): void {
    this.write(certificate, pem);
    this.write(privateKey, key);
  }

  serve(certificates: readonly BalancerCertificate[]) {
    const upstreams = [{ address: "192.0.2.11", port: 80 }];
    const sites = certificates.map((one) => ({
      name: "rancher",
      hostname,
      upstreams,
      certificate: certificateFiles(one),
    }));
    return this.run(
      renderNginxScript({
        listeners: [{ layer: 7, name: "https", port: 443, redirectPort: 80, sites }],
        options: defaultNginxOptions,
        package: "distribution",
        certificates,
      }),
    );
  }

  /** Runs the script that systemd would run. Its paths already lead to the machine's folder. */
  renew() {
    return runShell("/bin/sh", readFileSync(this.watchScript, "utf8"), { env: { PATH: this.bin }, input: "" });
  }

  get watchScript(): string {
    return `${this.state}/nginx-certificates.sh`;
  }

  /** Calls that start, stop, enable or disable units, or reload nginx. */
  unitCalls() {
    return this.calls().filter((call) => /^systemctl .*(rancher|reload)/.test(call));
  }
}

describe("the watch for certificates on a host", () => {
  it("runs when a file changes, and every hour", async () => {
    using machine = new Machine();

    const end = await machine.serve([onHost]);

    expect(end.code, end.stderr).toBe(0);
    expect(machine.read(`${unit}.path`)).toContain(
      "[Path]\nPathChanged=/etc/acme/100%%.pem\nPathChanged=/etc/acme/key.pem\n\n[Install]\nWantedBy=multi-user.target\n",
    );
    expect(machine.read(`${unit}.timer`)).toContain("OnUnitActiveSec=1h\n");
    expect(machine.read(`${unit}.service`)).toMatch(/\nExecStart=\/bin\/sh \S+\/nginx-certificates\.sh\n$/);
    expect(machine.unitCalls().slice(-2)).toEqual([
      "systemctl -q enable rancher-nginx-certificates.path rancher-nginx-certificates.timer",
      "systemctl restart rancher-nginx-certificates.path rancher-nginx-certificates.timer",
    ]);
  });

  it("does nothing while the files are the same", async () => {
    using machine = new Machine();
    await machine.serve([onHost]);
    machine.calls();

    const run = await machine.renew();

    expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(machine.unitCalls()).toEqual([]);
  });

  it("reloads nginx with a renewed pair, and removes the former one", async () => {
    using machine = new Machine();
    await machine.serve([onHost]);
    machine.calls();
    machine.put(second);

    const run = await machine.renew();

    expect(run).toEqual({ code: 0, stdout: "", stderr: "changed: nginx runs the new configuration\n" });
    expect(machine.unitCalls()).toEqual(["systemctl reload nginx"]);
    expect(machine.read(certificateFiles(onHost).privateKey)).toBe(`${second.key}\n`);
    expect((await machine.run("ls /etc/nginx/tls")).stdout).toMatch(/^rancher\nrancher\.[0-9a-f]{16}\n$/);
  });

  it("keeps the former pair if the new one is invalid, and says why", async () => {
    using machine = new Machine();
    await machine.serve([onHost]);
    machine.calls();
    machine.put({ pem: first.pem, key: second.key });

    const run = await machine.renew();

    expect([run.code, run.stderr.replaceAll(machine.path("root"), "")]).toEqual([
      10,
      `${privateKey} is not the key of ${certificate}. Set a certificate and key that belong together\nnginx keeps using the previous certificates\n`,
    ]);
    expect(machine.unitCalls()).toEqual([]);
    expect(machine.read(certificateFiles(onHost).privateKey)).toBe(`${first.key}\n`);
  });

  it("changes nothing if nginx has another configuration than the load balancer's", async () => {
    using machine = new Machine();
    await machine.serve([onHost]);
    machine.write("/etc/nginx/nginx.conf", "# theirs\n");
    machine.put(second);

    const run = await machine.renew();

    expect([run.code, run.stderr]).toEqual([
      10,
      expect.stringContaining("is no longer the load balancer's configuration"),
    ]);
  });

  it("is removed with the last certificate on the host", async () => {
    using machine = new Machine();
    await machine.serve([onHost]);
    machine.calls();

    const end = await machine.serve([]);

    expect(end.code, end.stderr).toBe(0);
    expect(machine.unitCalls().slice(-3)).toEqual([
      "systemctl -q disable --now rancher-nginx-certificates.path rancher-nginx-certificates.timer",
      "systemctl stop rancher-nginx-certificates.service",
      "systemctl daemon-reload",
    ]);
    expect(["service", "path", "timer"].map((kind) => machine.read(`${unit}.${kind}`))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    expect(existsSync(machine.watchScript)).toBe(false);
  });
});
