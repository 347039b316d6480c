import { mkdtempSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { localHost } from "../../../components/host/host.ts";
import { renderScript } from "../../../components/host/script.ts";
import {
  renderNginxBridgeScript,
  type NginxBridgeScriptArgs,
} from "../../../components/load-balancer/nginx-bridge-script.ts";
import { defaultNginxOptions } from "../../../components/load-balancer/nginx-options.ts";
import { balancerCertificates, rancherListeners } from "../../../components/load-balancer/rancher-listeners.ts";
import type { SingleNodeNginxSettings } from "../../../components/stack-file.ts";
import { DockerRefused, type DockerEngine } from "../../../rehearsal/docker/docker-engine.ts";
import { dockerOnHost } from "../../../rehearsal/docker/docker-on-host.ts";
import { startImageRegistry, type ImageRegistry } from "../../../rehearsal/docker/image-registry.ts";
import { nginxImage } from "../../../rehearsal/docker/nginx-image.ts";
import type { CommandResult } from "../../../rehearsal/world/command.ts";
import { createWorld } from "../../../rehearsal/world/world.ts";
import { ScriptedHost, type ScriptEnd, type ScriptOptions } from "../../rehearsal/support/scripted-host.ts";
import { issue } from "../../support/certificates.ts";
import { devNginx, devSettings } from "../../support/dev-stack.ts";

/** A host whose Docker engine gives containers networks of their own, and in one of these a web server named rancher. */
export interface BridgeHost {
  readonly machine: ScriptedHost;
  readonly engine: DockerEngine;
  /** The same nginx in images of other bytes, with a shell, and one without. */
  readonly images: { readonly first: string; readonly second: string; readonly withoutShell: string };
  /** Runs the product's script over SSH. */
  run(args?: BridgeArgs, options?: ScriptOptions): Promise<ScriptEnd>;
  /** Runs it as the user `ops`, as on the machine Pulumi runs on; with a body of one's own where one is given. */
  runLocally(args?: BridgeArgs & { readonly body?: string; readonly script?: string }): Promise<CommandResult>;
  /** Asks for `https://rancher.localhost/` as a client would; the status, or the error's code. */
  ask(port?: number): Promise<number | string>;
  /** Id of the container that serves, and of its processes. */
  identity(): Promise<string>;
  close(): Promise<void>;
}

export interface BridgeArgs extends Partial<Pick<NginxBridgeScriptArgs, "image" | "options">> {
  readonly balancer?: Partial<SingleNodeNginxSettings>;
}

/** @returns why not, where this machine does not let a Docker engine run */
export async function makeBridgeHost(): Promise<BridgeHost | { readonly refused: string }> {
  if (process.getuid?.() !== 0) return { refused: "a Docker engine needs root" };
  const folder = mkdtempSync(join(tmpdir(), "bridge-host-"));
  const world = await createWorld({ folder, progress: () => undefined });
  let registry: ImageRegistry | undefined;
  let engine: DockerEngine | undefined;
  const close = async (): Promise<void> => {
    await engine?.close();
    await registry?.close();
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const host = await world.addHost({ name: "docker-1", user: "ops", port: 22 });
    const machine = new ScriptedHost(world, host);
    registry = await startImageRegistry(world.subnet.machine);
    const image = await nginxImage(host, { shell: true });
    const other = { ...image, rootTar: Buffer.concat([image.rootTar, anyBlock]) };
    const images = {
      first: `${registry.host}/nginx:1.22.1@${registry.add("nginx", "1.22.1", image)}`,
      second: `${registry.host}/nginx:1.22.2@${registry.add("nginx", "1.22.2", other)}`,
      withoutShell: `${registry.host}/nginx:1.22.3@${registry.add("nginx", "1.22.3", await nginxImage(host))}`,
    };
    const running = (engine = await dockerOnHost(host, { insecureRegistries: [world.subnet.cidr], networks: true }));
    await host.exec(["chmod", "666", "/run/docker.sock"]);
    await machine.base.create();
    await machine.look("sh", "-c", upstreamFiles);
    await running.mustDocker("network", "create", "rancher");
    await running.mustDocker(
      ..."run -d --restart unless-stopped --name rancher --network rancher -v /root/upstream:/etc/nginx:ro".split(" "),
      images.first,
    );

    const { pem, key } = await issue({ name: "rancher.localhost", hosts: ["rancher.localhost"] });
    const body = ({ balancer, ...args }: BridgeArgs, local: boolean) => {
      const settings = devSettings({
        loadBalancer: devNginx(balancer),
        tls: { source: "secret", certificate: { from: "stack", chain: pem } },
      });
      return renderNginxBridgeScript({
        listeners: rancherListeners(settings),
        options: defaultNginxOptions,
        certificates: balancerCertificates(settings, { sitePrivateKeys: new Map() }),
        image: images.first,
        bridge: { network: "rancher", local },
        ...args,
      });
    };
    return {
      machine,
      engine: running,
      images,
      run: (args = {}, options) =>
        machine.run("nginx-container", body(args, false), { secrets: { key_rancher: key }, ...options }),
      runLocally: ({ body: given, script = "nginx-container", ...args } = {}) => {
        const text = renderScript(localHost("local"), {
          name: script,
          title: "a test",
          body: given ?? body(args, true),
          timeoutSeconds: 120,
        });
        const lines = `key_rancher ${Buffer.from(key).toString("base64")}\n`;
        return host.exec(["runuser", "-u", "ops", "--", "env", "HOME=/home/ops", "sh", "-c", text], { stdin: lines });
      },
      ask: (port = 443) => ask(host.address, port),
      identity: async () =>
        `${(await running.docker("container", "inspect", "-f", "{{.Id}} {{.State.Pid}}", "rancher-nginx")).stdout.trim()}`,
      close,
    };
  } catch (error) {
    await close();
    if (error instanceof DockerRefused) return { refused: error.message };
    throw error;
  }
}

/** Bytes after a tar file's end change its digest and nothing else. */
const anyBlock = Buffer.alloc(512);

const upstreamFiles = `mkdir -p /root/upstream
cat >/root/upstream/nginx.conf <<'NGINX'
user root;
pid /tmp/nginx.pid;
error_log /dev/stderr;
events {}
http {
  access_log off;
  client_body_temp_path /tmp/1; proxy_temp_path /tmp/2; fastcgi_temp_path /tmp/3; uwsgi_temp_path /tmp/4; scgi_temp_path /tmp/5;
  server { listen 80; location / { return 200 "rancher for $http_host\\n"; } }
}
NGINX`;

function ask(address: string, port: number): Promise<number | string> {
  return new Promise((resolve) => {
    const asked = request(
      {
        host: address,
        port,
        servername: "rancher.localhost",
        headers: { host: "rancher.localhost" },
        rejectUnauthorized: false,
        timeout: 3000,
        agent: false,
      },
      (answer) => {
        answer.resume();
        answer.once("end", () => resolve(answer.statusCode ?? 0));
      },
    );
    asked.once("timeout", () => asked.destroy(new Error("timeout")));
    asked.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    asked.end();
  });
}
