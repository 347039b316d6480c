import { hardening } from "../components/load-balancer/nginx-container-spec.ts";
import { UserError } from "../operations/command-line.ts";
import type { Closer } from "./closing.ts";
import { checkContainer } from "./docker/container-check.ts";
import type { DockerEngine } from "./docker/docker-engine.ts";
import { dockerOnHost, dockerParticipant, withheldHere } from "./docker/docker-on-host.ts";
import { nginxImage, nginxInImage, nginxTag } from "./docker/nginx-image.ts";
import { startSandboxRegistry, type SandboxImage, type SandboxRegistry } from "./docker/sandbox-registry.ts";
import type { CertificateAuthority } from "./kubernetes/certificate-authority.ts";
import type { Participant } from "./summary.ts";
import type { Host } from "./sandbox/host.ts";
import type { Sandbox } from "./sandbox/sandbox.ts";

export interface BalancerContainersOptions {
  readonly sandbox: Sandbox;
  /** Hosts of the balancer, at least one. */
  readonly hosts: readonly Host[];
  /** Signs for the registry. */
  readonly authority: CertificateAuthority;
  /** Given what has to be closed, as it is made. */
  readonly closers: Closer[];
  readonly progress: (line: string) => void;
}

export interface HostEngine {
  readonly host: Host;
  readonly engine: DockerEngine;
}

/** What the world has of Docker where the balancer is a container. */
export interface BalancerContainers {
  /** One on each host. */
  readonly engines: readonly HostEngine[];
  readonly registry: SandboxRegistry;
  /** nginx, as the stack file may name it. */
  readonly image: SandboxImage;
  readonly participants: readonly Participant[];
}

const withheld = "this machine withholds CAP_SYS_RESOURCE: containers get no higher limits than it has itself";

/**
 * Gives each host a Docker engine, and all of them a registry with nginx.
 *
 * @throws UserError where this machine gives no engine, with the reason and what can be done instead
 */
export async function startBalancerContainers(options: BalancerContainersOptions): Promise<BalancerContainers> {
  const { sandbox, authority, closers, progress } = options;
  const engines = await enginesOf(options).catch(refused);
  const [{ host, engine }] = engines;
  const docker = await dockerParticipant(engine, withheldHere() ? withheld : undefined);
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
  if (!first) throw new Error("a balancer without hosts has no Docker engine either");
  const words = ["--network=host", ...hardening.flatMap((word) => word.split(" "))];
  await checkContainer(first.engine, sandbox.folder, words, "no container runs as nginx's would");
  return [first, ...others];
}

function refused(cause: unknown): never {
  throw new UserError(
    `rancher:loadBalancer.runAs is container, and this machine gives a rehearsal's hosts no Docker engine: ${(cause as Error).message}. Rehearse it with runAs: host, which serves the same configuration.`,
    { cause },
  );
}
