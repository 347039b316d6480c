import { join } from "node:path";
import { defaultVersions } from "../../components/program/versions.ts";
import { UserError } from "../../operations/user-error.ts";
import type { Engine } from "../../operations/engine/engine.ts";
import { endOrphans } from "../../operations/recovery/orphans.ts";
import { readStackYaml } from "../../operations/stack/stack-yaml.ts";
import { tools } from "../../tools/toolbox.mjs";
import { clearSandboxes } from "../clear-sandboxes.ts";
import { makeOrClose, type Closer } from "../closing.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import { dockerParticipant } from "../docker/docker-on-host.ts";
import { nginxImage, nginxInImage, nginxTag } from "../docker/nginx-image.ts";
import { rancherImage, type RancherImageOptions } from "../docker/rancher-image.ts";
import { startSandboxRegistry, type SandboxRegistry } from "../docker/sandbox-registry.ts";
import { madeUpPassword, prepareRehearsalEngine } from "../engine-run.ts";
import { certificatesFor, putFiles } from "../host-certificates.ts";
import { createCertificateAuthority, type CertificateAuthority } from "../kubernetes/certificate-authority.ts";
import type { OverlaidStack } from "../high-availability/overlay.ts";
import { runUntil } from "../phases.ts";
import { installProviders } from "../providers/install.ts";
import { participant, userPulumiHome, type RehearsalOptions } from "../high-availability/rehearsal.ts";
import { mapping, text } from "../stack-values.ts";
import type { Participant } from "../summary.ts";
import type { Host } from "../sandbox/host.ts";
import { createSandbox, type Sandbox } from "../sandbox/sandbox.ts";
import { makeDockerMachine, checkPrivileged, type DockerMachine } from "./docker-machine.ts";
import { startKeyAgent } from "./key-agent.ts";
import { overlaySingleNode, wantedMachine, type WantedMachine } from "./overlay.ts";

export interface SingleNodeOptions extends Pick<RehearsalOptions, "stackFile" | "folder" | "phases" | "signal"> {
  /** Further images of Rancher, for rehearsing an upgrade or a failing server. */
  readonly alsoServe?: readonly RancherImageOptions[];
  /** Options for the stack file's Rancher image. @see RancherImageOptions */
  readonly startSeconds?: number;
}

/** A machine with a Docker engine made for one stack, and a Pulumi engine that only works on it. */
export interface SingleNodeRehearsal {
  readonly folder: string;
  readonly stack: string;
  readonly hostname: string;
  readonly sandbox: Sandbox;
  readonly host: Host;
  readonly docker: DockerEngine;
  readonly machine: DockerMachine;
  readonly registry: SandboxRegistry;
  readonly engine: Engine;
  readonly authority: CertificateAuthority;
  readonly wanted: WantedMachine;
  readonly overlaid: OverlaidStack;
  readonly rancherVersion: string;
  readonly participants: readonly Participant[];
  /** Name of the Rancher image for the stack file's version or one of `alsoServe`. */
  imageOf(options: RancherImageOptions): string;
  /** Ends everything and removes the folder. Idempotent. */
  close(): Promise<void>;
}

/**
 * Creates the sandbox for a stack file of a single node. It applies nothing.
 *
 * @throws the error of a failed step, after closing everything made so far.
 */
export async function startSingleNodeRehearsal(options: SingleNodeOptions): Promise<SingleNodeRehearsal> {
  const { stackFile, phases, signal, startSeconds } = options;
  const step = runUntil(signal, phases);
  return makeOrClose(async (closers, close) => {
    const source = readStackYaml(stackFile.path, new Date());
    const wanted = wantedMachine(source.values);
    if (wanted.impossible !== undefined) throw new UserError(wanted.impossible);
    const hostname = text(source.values["hostname"] ?? "rancher.localhost");
    const rancherVersion = text(source.values["version"] ?? defaultVersions.rancher);

    const toolbox = await step("tools", (log) =>
      tools(["pulumi-language-nodejs", "pulumi"], { progress: log, ...(signal && { signal }) }),
    );
    const { sandbox, machine } = await step("a machine with Docker", async (log) => {
      await clearSandboxes({ progress: log });
      const sandbox = await createSandbox({ folder: options.folder, progress: log });
      closers.push(() => sandbox.close());
      const machine = await makeDockerMachine(sandbox, {
        name: wanted.name,
        ...(wanted.ssh ?? { user: "ops", port: 22 }),
      });
      closers.push(() => machine.engine.close());
      log(`${machine.host.name} ${machine.host.address}`);
      if (machine.withheld !== undefined) log(machine.withheld);
      await checkPrivileged(machine);
      return { sandbox, machine };
    });
    const { folder } = sandbox;
    const { host } = machine;
    const authority = await createCertificateAuthority("Rehearsal CA");

    const { registry, images, nginxVersion } = await step("images", async (log) => {
      const registry = await startSandboxRegistry(sandbox, authority);
      closers.push(() => registry.close());
      const named = { version: rancherVersion, ...(startSeconds !== undefined && { startSeconds }) };
      const serve = async (each: RancherImageOptions) =>
        registry.serve(repositoryOf(each), `v${each.version}`, await rancherImage(each));
      const rancher = await serve(named);
      for (const also of options.alsoServe ?? []) await serve(also);
      const ofNginx = await nginxImage(host, { shell: true });
      const nginx = registry.serve("nginx", nginxTag, ofNginx);
      for (const { name } of [rancher, nginx]) log(name);
      return { registry, images: { rancher, nginx }, nginxVersion: ofNginx.version };
    });

    return await step("engine and providers", async (log) => {
      const pulumiHome = join(folder, "pulumi-home");
      const providers = await installProviders({
        // Without the Kubernetes provider, whose fake needs Helm.
        names: ["command", "docker", "random"],
        pulumiHome,
        userPulumiHome: userPulumiHome(),
        progress: log,
      });
      const { certificate } = await certificatesFor(hostname, [], authority);
      const overlaid = overlaySingleNode(source.values, source.sealed ?? [], {
        address: host.address,
        hostKey: host.hostKey,
        sshPrivateKey: sandbox.privateKey,
        bootstrapPassword: madeUpPassword(),
        certificate,
        images,
        backupFolder: join(machine.home, "backups"),
      });
      for (const line of overlaid.replaced) log(`replaced: ${line}`);
      await putFiles(host, overlaid.hostFiles);
      const engine = await prepareRehearsalEngine({
        folder,
        stack: stackFile.stack,
        overlaid,
        pulumiHome,
        surroundings: await surroundingsOf({ machine, registry, sandbox, wanted }, closers),
        progress: log,
      });
      closers.push(async () => endOrphans());
      return {
        folder,
        stack: stackFile.stack,
        hostname,
        sandbox,
        host,
        docker: machine.engine,
        machine,
        registry,
        engine,
        authority,
        wanted,
        overlaid,
        rancherVersion,
        participants: [
          ...providers.map((provider) => ({ ...provider, name: `provider ${provider.name}` })),
          await dockerParticipant(machine.engine, machine.withheld),
          {
            name: "Rancher",
            version: rancherVersion,
            kind: "fake" as const,
            from: "an image built here, without Kubernetes",
          },
          ...(wanted.balancer === "none" ? [] : [nginxParticipant(nginxVersion, overlaid)]),
          ...Object.values(toolbox).map(participant),
        ],
        imageOf: (image: RancherImageOptions) => `${registry.host}/${repositoryOf(image)}:v${image.version}`,
        close,
      };
    });
  });
}

/** Environment variables that replace the user's Docker settings for the program and its providers. */
async function surroundingsOf(
  made: {
    readonly machine: DockerMachine;
    readonly registry: SandboxRegistry;
    readonly sandbox: Sandbox;
    readonly wanted: WantedMachine;
  },
  closers: Closer[],
): Promise<Record<string, string>> {
  const { machine, registry, sandbox, wanted } = made;
  const agent = wanted.ssh && (await startKeyAgent(sandbox.folder, sandbox.privateKeyFile));
  if (agent) closers.push(() => agent.close());
  return {
    HOME: machine.home,
    TMPDIR: machine.temporary,
    PATH: `${machine.programs}:${process.env["PATH"] ?? ""}`,
    ...registry.trust,
    DOCKER_HOST: wanted.ssh ? "unix:///nonexistent/docker.sock" : `unix://${machine.engine.socket}`,
    ...(agent && { SSH_AUTH_SOCK: agent.socket }),
  };
}

function nginxParticipant(version: string, { values }: OverlaidStack): Participant {
  const isPackage = mapping(values["loadBalancer"])["runAs"] === "host";
  return isPackage ? { name: "nginx", version, kind: "genuine", from: "Debian's package" } : nginxInImage(version);
}

/** A faulty image has its own name, because the tag is its version. */
function repositoryOf({ fault }: RancherImageOptions): string {
  return fault === undefined ? "rancher/rancher" : `rancher/rancher-${fault}`;
}
