import { hardening } from "../../components/load-balancer/nginx/container/nginx-container-spec.ts";
import { UserError } from "../../operations/user-error.ts";
import type { Closer } from "../closing.ts";
import { checkContainer } from "../docker/container-check.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { dockerOnHost, dockerParticipant, lacksSysResource } from "../docker/docker-on-host.ts";
import { nginxImage, nginxInImage, nginxTag } from "../docker/nginx-image.ts";
import { startSandboxRegistry, type SandboxImage, type SandboxRegistry } from "../docker/sandbox-registry.ts";
import type { CertificateAuthority } from "../kubernetes/certificate-authority.ts";
import type { Participant } from "../summary.ts";
import type { Host } from "../sandbox/host.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

export interface BalancerContainersOptions {
  readonly sandbox: Sandbox;
  /** The load balancer's hosts, at least one. */
  readonly hosts: readonly Host[];
  /** Signs the registry's certificate. */
  readonly authority: CertificateAuthority;
  /** Receives a closer for each part. */
  readonly closers: Closer[];
  readonly progress: (line: string) => void;
}

export interface HostEngine {
  readonly host: Host;
  readonly engine: DockerEngine;
}

/** The sandbox's Docker parts for a load balancer in containers. */
export interface BalancerContainers {
  /** One on each host. */
  readonly engines: readonly HostEngine[];
  readonly registry: SandboxRegistry;
  /** The nginx image that the stack file may name. */
  readonly image: SandboxImage;
  readonly participants: readonly Participant[];
}

const withheld = "this machine lacks CAP_SYS_RESOURCE: limits of containers cannot exceed its own";

/**
 * Starts a Docker engine on each host, and one registry with nginx for all of them.
 *
 * @throws UserError when no engine can run on this machine, with the reason and an alternative
 */
export async function startBalancerContainers(options: BalancerContainersOptions): Promise<BalancerContainers> {
  const { sandbox, authority, closers, progress } = options;
  const engines = await enginesOf(options).catch(refused);
  const [{ host, engine }] = engines;
  const docker = await dockerParticipant(engine, lacksSysResource() ? withheld : undefined);
  progress(`Docker engine ${docker.version}: ${docker.from}`);

  const registry = await startSandboxRegistry(sandbox, authority);
  closers.push(() => registry.close());
  const nginx = await nginxImage(host);
  const image = registry.serve("nginx", nginxTag, nginx);
  progress(image.name);
  return { engines, registry, image, participants: [docker, nginxInImage(nginx.version)] };
}

async function enginesOf({
  sandbox,
  hosts,
  closers,
}: BalancerContainersOptions): Promise<[HostEngine, ...HostEngine[]]> {
  const engines: HostEngine[] = [];
  for (const host of hosts) {
    const engine = await dockerOnHost(host, { insecureRegistries: [sandbox.subnet.cidr] });
    closers.push(() => engine.close());
    engines.push({ host, engine });
  }
  const [first, ...others] = engines;
  if (!first) throw new Error("a load balancer without hosts has no Docker engine");
  const args = ["--network=host", ...hardening.flatMap((option) => option.split(" "))];
  await checkContainer(first.engine, sandbox.folder, args, "a container with the options of nginx's does not run");
  return [first, ...others];
}

function refused(cause: unknown): never {
  throw new UserError(
    `rancher:loadBalancer.runAs is container, but the rehearsal's hosts cannot run a Docker engine on this machine: ${(cause as Error).message}. Rehearse with runAs: host, which serves the same configuration.`,
    { cause },
  );
}
