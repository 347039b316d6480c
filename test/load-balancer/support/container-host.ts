import type { Listener } from "../../../components/load-balancer/listener.ts";
import { renderNginxConfig } from "../../../components/load-balancer/nginx/config/nginx-config.ts";
import {
  renderNginxContainerScript,
  type NginxContainerScriptArgs,
} from "../../../components/load-balancer/nginx/container/nginx-container-script.ts";
import { defaultNginxOptions } from "../../../components/load-balancer/nginx/config/nginx-options.ts";
import { fillNginxTemplate } from "../../../components/load-balancer/nginx/config/nginx-template.ts";
import { dockerOnHost } from "../../../rehearsal/docker/docker-on-host.ts";
import type { DockerEngine } from "../../../rehearsal/docker/docker-engine.ts";
import { startImageRegistry, type ImageRegistry } from "../../../rehearsal/docker/image-registry.ts";
import { nginxImage } from "../../../rehearsal/docker/nginx-image.ts";
import { inDockerSandbox } from "../../rehearsal/support/single-node/docker-sandbox.ts";
import { ScriptedHost, type ScriptEnd, type ScriptOptions } from "../../rehearsal/support/scripted-host.ts";
import { addNginxTwice } from "./nginx-images.ts";

/** A host with a Docker engine, and a registry with two images of nginx. */
export interface ContainerHost {
  readonly machine: ScriptedHost;
  readonly engine: DockerEngine;
  readonly registry: ImageRegistry;
  /** `HOST/nginx:1.22.1@sha256:...`, and the same nginx in an image with other bytes. */
  readonly images: { readonly first: string; readonly second: string };
  /** Output of the script on the host before Docker was installed. */
  readonly withoutDocker: ScriptEnd;
  /** Runs the product's script, by default with the first image and no certificates. */
  container(args: Partial<NginxContainerScriptArgs>, options?: ScriptOptions): Promise<ScriptEnd>;
  /** Id of the serving container; empty if there is none. */
  id(): Promise<string>;
  /** Ids of its nginx's master and workers in the host's numbering. */
  processes(): Promise<string>;
  close(): Promise<void>;
}

/** @returns the reason, if this machine cannot run a Docker engine */
export async function makeContainerHost(): Promise<ContainerHost | { readonly refused: string }> {
  return inDockerSandbox(async (sandbox, closers, close) => {
    const host = await sandbox.addHost({ name: "lb-1", user: "ops", port: 22 });
    const machine = new ScriptedHost(sandbox, host);
    await machine.base.create();
    const registry = await startImageRegistry(sandbox.subnet.machine);
    closers.push(() => registry.close());
    const images = addNginxTwice(registry, await nginxImage(host));
    const container: ContainerHost["container"] = (args, options) =>
      machine.run(
        "nginx-container",
        renderNginxContainerScript({ ...defaults, image: images.first, ...args }),
        options,
      );
    const withoutDocker = await container({ listeners: [] });
    const engine = await dockerOnHost(host, { insecureRegistries: [sandbox.subnet.cidr] });
    closers.push(() => engine.close());
    await machine.base.delete();
    await host.mark();
    return {
      machine,
      engine,
      registry,
      images,
      withoutDocker,
      container,
      id: async () => (await engine.docker("container", "inspect", "-f", "{{.Id}}", "rancher-nginx")).stdout.trim(),
      processes: async () => (await engine.docker("top", "rancher-nginx", "-eo", "pid,args")).stdout,
      close,
    };
  });
}

const defaults = { listeners: [], options: defaultNginxOptions, certificates: [] };

/** Output of `generation` when the images' nginx runs these listeners. */
export function containerGenerationOf(listeners: readonly Listener[]): string {
  const template = renderNginxConfig({ listeners, options: defaultNginxOptions, logs: "container" });
  const { generation } = fillNginxTemplate(template, {
    nginx: "1.22.1",
    openssl: "3.0.0",
    workerUser: "nginx",
    loadModules: "load_module /usr/lib/nginx/modules/ngx_stream_module.so;",
    resolvers: "",
  });
  return `generation ${generation}`;
}
