import { nginxReplaced, overlayImage, type HostFile, type SandboxCertificate } from "../balancer-overlay.ts";
import type { SandboxImage } from "../docker/sandbox-registry.ts";
import { overlayEitherMode } from "../either-mode-overlay.ts";
import { portsOf, type OverlaidStack, type Ports } from "../high-availability/overlay.ts";
import { mapping, text, type Mapping } from "../stack-values.ts";

/** The parts that a stack file of a single node needs in the sandbox. */
export interface WantedMachine {
  /** The Docker host; without `ssh`, the machine that Pulumi runs on. */
  readonly name: string;
  readonly ssh?: { readonly user: string; readonly port: number };
  /** The ports at which users reach Rancher. */
  readonly ports: Ports;
  readonly balancer: "nginx in a container" | "nginx as a package" | "none";
  readonly tlsSource: string;
  /** A sentence about something that the sandbox cannot provide. */
  readonly impossible?: string;
}

/** The sandbox's replacements for the stack file's machine and secrets. */
export interface SingleNodeSandbox {
  /** Address of the sandbox's Docker host. */
  readonly address: string;
  readonly hostKey: string;
  readonly sshPrivateKey: string;
  readonly bootstrapPassword: string;
  readonly certificate: SandboxCertificate;
  /** Images in the rehearsal's registry. */
  readonly images: { readonly rancher: SandboxImage; readonly nginx: SandboxImage };
  /** A folder of this machine for backups, if the Docker host is this machine. */
  readonly backupFolder: string;
}

/** Reads the parts that a stack file needs. The program itself validates the values. */
export function wantedMachine(values: Mapping): WantedMachine {
  const docker = mapping(values["docker"]);
  const balancer = mapping(values["loadBalancer"]);
  const host = mapping(docker["host"]);
  const ssh = mapping(values["ssh"]);
  const kind = text(balancer["kind"] ?? "nginx");
  const impossible = outsideSandbox(docker, balancer);
  return {
    name: text(host["name"] ?? "docker-1"),
    ...(host["name"] !== undefined && {
      ssh: { user: text(host["user"] ?? ssh["user"] ?? "root"), port: Number(host["port"] ?? ssh["port"] ?? 22) },
    }),
    ports: portsOf(balancer["ports"]),
    balancer: kind === "none" ? "none" : balancer["runAs"] === "host" ? "nginx as a package" : "nginx in a container",
    tlsSource: text(mapping(values["tls"])["source"] ?? "generated"),
    ...(impossible !== undefined && { impossible }),
  };
}

function outsideSandbox(docker: Mapping, balancer: Mapping): string | undefined {
  if (balancer["sites"] !== undefined)
    return "rancher:loadBalancer.sites needs your servers, which a rehearsal of a single node does not have. Rehearse a copy of the stack file without it.";
  if (docker["adopt"] !== undefined)
    return `a rehearsal has no container ${text(docker["adopt"])} to take over. Rehearse a copy of the stack file without docker.adopt.`;
  if (docker["restore"] !== undefined)
    return `a rehearsal has no archive ${text(docker["restore"])}. Rehearse a copy of the stack file without docker.restore.`;
  return undefined;
}

/** Replaces machine, images and secrets by the sandbox's. It reads no secret of the user. */
export function overlaySingleNode(
  values: Mapping,
  secretKeys: readonly string[],
  sandbox: SingleNodeSandbox,
): OverlaidStack {
  const wanted = wantedMachine(values);
  const replaced: string[] = [];
  const hostFiles: HostFile[] = [];
  const secrets: Record<string, string> = {};
  const changed: Record<string, unknown> = { ...values, docker: dockerOf(values, wanted, sandbox) };
  replaced.push(
    wanted.ssh
      ? "the Docker host, by a Debian server with a Docker engine"
      : "this machine's Docker engine, by a separate one",
    "Rancher's image, by one with a fake Rancher",
  );
  if (mapping(values["docker"])["engine"] === "install")
    replaced.push("the installation of Docker Engine, by the server's existing engine");
  if (wanted.ssh) {
    secrets["sshPrivateKey"] = sandbox.sshPrivateKey;
    replaced.push("its address, its host key and its SSH key");
  }
  if (wanted.balancer !== "none") {
    const balancer = mapping(values["loadBalancer"]);
    const { resolvers: _real, ...nginx } = mapping(balancer["nginx"]);
    changed["loadBalancer"] = {
      kind: "nginx",
      ...balancer,
      ...(balancer["nginx"] !== undefined && { nginx }),
      ...(wanted.balancer === "nginx in a container" && {
        image: overlayImage(balancer["image"], sandbox.images.nginx),
      }),
    };
    if (wanted.balancer === "nginx in a container") replaced.push(nginxReplaced);
  }
  // The rehearsal must not read files of this machine, so their content goes to the stack file.
  if (wanted.tlsSource === "secret" && !wanted.ssh) changed["tls"] = { source: "secret" };
  overlayEitherMode({ values: changed, secrets, hostFiles, replaced }, secretKeys, sandbox);
  return { values: changed, secrets, hostFiles, replaced };
}

function dockerOf(values: Mapping, { ssh }: WantedMachine, sandbox: SingleNodeSandbox): Mapping {
  const docker = mapping(values["docker"]);
  const { engine: _existing, host: _host, ...rest } = docker;
  const backup = mapping(docker["backup"]);
  const { jumpHost: _direct, insecureIgnoreHostKey: _pinned, privateAddress: _one, ...host } = mapping(docker["host"]);
  return {
    ...rest,
    ...(ssh && { host: { ...host, address: sandbox.address, hostKey: sandbox.hostKey } }),
    image: overlayImage(docker["image"], sandbox.images.rancher),
    ...(!ssh && backup["folder"] !== undefined && { backup: { ...backup, folder: sandbox.backupFolder } }),
  };
}
