import { request } from "node:https";
import { localHost } from "../../../components/host/host.ts";
import type { ShellScript } from "../../../components/host/shell/link.ts";
import { renderScript } from "../../../components/host/script.ts";
import {
  renderSingleNodeNginxScript,
  type SingleNodeNginxScriptArgs,
} from "../../../components/load-balancer/nginx/single-node/single-node-nginx-script.ts";
import { defaultNginxOptions } from "../../../components/load-balancer/nginx/config/nginx-options.ts";
import { balancerCertificates, rancherListeners } from "../../../components/load-balancer/rancher-listeners.ts";
import type { SingleNodeNginxSettings } from "../../../components/stack-file/settings.ts";
import type { DockerEngine } from "../../../rehearsal/docker/docker-engine.ts";
import { dockerOnHost } from "../../../rehearsal/docker/docker-on-host.ts";
import { startImageRegistry } from "../../../rehearsal/docker/image-registry.ts";
import { nginxImage } from "../../../rehearsal/docker/nginx-image.ts";
import type { CommandResult } from "../../../rehearsal/sandbox/command.ts";
import { inDockerSandbox } from "../../rehearsal/support/single-node/docker-sandbox.ts";
import { ScriptedHost, type ScriptEnd, type ScriptOptions } from "../../rehearsal/support/scripted-host.ts";
import { issue } from "../../support/certificates.ts";
import { devNginx, devSettings } from "../../support/dev-stack.ts";
import { addNginx, addNginxTwice } from "./nginx-images.ts";

/** A host whose Docker engine gives containers their own networks, and in one of these a web server named rancher. */
export interface SingleNodeNginxHost {
  readonly machine: ScriptedHost;
  readonly engine: DockerEngine;
  /** The same nginx in images with other bytes, with a shell, and one without. */
  readonly images: { readonly first: string; readonly second: string; readonly withoutShell: string };
  /** Runs the product's script over SSH. */
  run(args?: SingleNodeNginxArgs, options?: ScriptOptions): Promise<ScriptEnd>;
  /** Runs it as the user `ops`, as on the machine Pulumi runs on, optionally with another body. */
  runLocally(
    args?: SingleNodeNginxArgs & { readonly body?: ShellScript; readonly script?: string; readonly input?: string },
  ): Promise<CommandResult>;
  /** Requests `https://rancher.localhost/` as a client would. Returns the status, or the error's code. */
  ask(port?: number): Promise<number | string>;
  /** Id of the container that serves, and of its processes. */
  identity(): Promise<string>;
  close(): Promise<void>;
}

export interface SingleNodeNginxArgs extends Partial<Pick<SingleNodeNginxScriptArgs, "image" | "options">> {
  readonly balancer?: Partial<SingleNodeNginxSettings>;
}

/** @returns the reason, if this machine cannot run a Docker engine */
export async function makeSingleNodeNginxHost(): Promise<SingleNodeNginxHost | { readonly refused: string }> {
  return inDockerSandbox(async (sandbox, closers, close) => {
    const host = await sandbox.addHost({ name: "docker-1", user: "ops", port: 22 });
    const machine = new ScriptedHost(sandbox, host);
    const registry = await startImageRegistry(sandbox.subnet.machine);
    closers.push(() => registry.close());
    const images = {
      ...addNginxTwice(registry, await nginxImage(host, { shell: true })),
      withoutShell: addNginx(registry, "1.22.3", await nginxImage(host)),
    };
    const engine = await dockerOnHost(host, { insecureRegistries: [sandbox.subnet.cidr], networks: true });
    closers.push(() => engine.close());
    await host.exec(["chmod", "666", "/run/docker.sock"]);
    await machine.base.create();
    await machine.look("sh", "-c", upstreamFiles);
    await engine.mustDocker("network", "create", "rancher");
    await engine.mustDocker(
      ..."run -d --restart unless-stopped --name rancher --network rancher -v /root/upstream:/etc/nginx:ro".split(" "),
      images.first,
    );

    const { pem, key } = await issue({ name: "rancher.localhost", hosts: ["rancher.localhost"] });
    const body = ({ balancer, ...args }: SingleNodeNginxArgs, local: boolean) => {
      const settings = devSettings({
        loadBalancer: devNginx(balancer),
        tls: { source: "secret", certificate: { from: "stack", chain: pem } },
      });
      return renderSingleNodeNginxScript({
        listeners: rancherListeners(settings),
        options: defaultNginxOptions,
        certificates: balancerCertificates(settings, () => ""),
        image: images.first,
        singleNode: { network: "rancher", local },
        ...args,
      });
    };
    return {
      machine,
      engine,
      images,
      run: (args = {}, options) =>
        machine.run("nginx-container", body(args, false), { secrets: { key_rancher: key }, ...options }),
      runLocally: ({ body: given, script = "nginx-container", input, ...args } = {}) => {
        const text = renderScript(localHost("local"), {
          name: script,
          title: "a test",
          body: given ?? body(args, true),
          timeoutSeconds: 120,
        });
        const lines = `key_rancher ${Buffer.from(key).toString("base64")}\n`;
        return host.exec(["runuser", "-u", "ops", "--", "env", "HOME=/home/ops", "sh", "-c", text], {
          stdin: input ?? lines,
        });
      },
      ask: (port = 443) => ask(host.address, port),
      identity: async () =>
        `${(await engine.docker("container", "inspect", "-f", "{{.Id}} {{.State.Pid}}", "rancher-nginx")).stdout.trim()}`,
      close,
    };
  });
}

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
