import { overlayBalancer, type BalancerSandbox, type HostFile, type SandboxCertificate } from "../balancer-overlay.ts";
import type { ReplacedRepositories } from "../charts/choose-charts.ts";
import { overlayEitherMode } from "../either-mode-overlay.ts";
import type { IngressController } from "../kubernetes/ingress-controller.ts";
import { entries, mapping, text, type Mapping } from "../stack-values.ts";

/** The machines that a stack file names, for the sandbox to create. */
export interface WantedMachines {
  /** Hosts that scripts run on over SSH. */
  readonly hosts: readonly { readonly name: string; readonly user: string; readonly port: number }[];
  /** Nodes of the cluster, which only need an address. One if the stack file names none. */
  readonly nodes: readonly string[];
  /** The ingress controller to simulate. */
  readonly ingressController: IngressController;
  /** Description of the load balancer for the summary: `nginx, layer 4`. */
  readonly balancer: string;
  /** Ports the balancer serves, and those of the ingress controller behind it. */
  readonly ports: Ports;
  readonly ingressPorts: Ports;
  readonly sites: readonly { readonly name: string; readonly hostname: string }[];
  /** Whether Rancher sees the clients' addresses: at layer 7, or by the PROXY protocol. */
  readonly forwardsClientAddress: boolean;
  /** The hosts need a Docker engine. */
  readonly containers: boolean;
}

export interface Ports {
  readonly http: number;
  readonly https: number;
}

/** The sandbox's replacements for the stack file's machines and secrets. */
export interface SandboxFacts extends BalancerSandbox {
  readonly kubeconfig: string;
  readonly sshPrivateKey: string;
  readonly bootstrapPassword: string;
  readonly certificate: SandboxCertificate;
  /** Chart repositories that cannot be reached, and their replacements. */
  readonly chartRepositories?: ReplacedRepositories;
}

/** The user's stack file with the machines, secrets and certificates of the sandbox. */
export interface OverlaidStack {
  /** Keys without the namespace, plain values. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Files to write on every host of the balancer before the first `up`. */
  readonly hostFiles: readonly HostFile[];
  /** A line for each replacement, for the log. */
  readonly replaced: readonly string[];
}

const defaultUser = "root";
const defaultPort = 22;

/** Reads the machines that a stack file names. The program itself validates the values. */
export function wantedMachines(values: Mapping): WantedMachines {
  const ssh = mapping(values["ssh"]);
  const cluster = mapping(values["cluster"]);
  const balancer = mapping(values["loadBalancer"]);
  const nodes = entries(cluster["servers"]).map((server) => text(server["name"]));
  const containers = balancer["runAs"] === "container" && entries(balancer["hosts"]).length > 0;
  const kind = `${text(balancer["kind"] ?? "nginx")}${containers ? " in a container" : ""}`;
  return {
    hosts: entries(balancer["hosts"]).map((host) => ({
      name: text(host["name"]),
      user: text(host["user"] ?? ssh["user"] ?? defaultUser),
      port: Number(host["port"] ?? ssh["port"] ?? defaultPort),
    })),
    nodes: nodes.length > 0 ? nodes : ["server-1"],
    ingressController: cluster["ingressController"] === "ingress-nginx" ? "ingress-nginx" : "traefik",
    balancer: `${kind}, layer ${text(balancer["layer"] ?? 4)}`,
    ports: portsOf(balancer["ports"]),
    ingressPorts: portsOf(balancer["upstreamPorts"]),
    sites: entries(balancer["sites"]).map((site) => ({ name: text(site["name"]), hostname: text(site["hostname"]) })),
    forwardsClientAddress: balancer["layer"] === 7 || balancer["proxyProtocol"] === true,
    containers,
  };
}

/** Ports of a stack file; 80 and 443 by default. */
export function portsOf(value: unknown): Ports {
  const { http, https } = mapping(value);
  return { http: Number(http ?? 80), https: Number(https ?? 443) };
}

/** Replaces addresses, keys and secrets by the sandbox's. It reads no secret of the user. */
export function overlay(values: Mapping, secretKeys: readonly string[], sandbox: SandboxFacts): OverlaidStack {
  const replaced: string[] = [];
  const balancer = mapping(values["loadBalancer"]);
  const cluster = mapping(values["cluster"]);
  const changed: Record<string, unknown> = { ...values };
  const hostFiles: HostFile[] = [];
  const secrets: Record<string, string> = { kubeconfig: sandbox.kubeconfig };

  if (balancer["hosts"] !== undefined) {
    const overlaid = overlayBalancer(balancer, sandbox);
    changed["loadBalancer"] = overlaid.values;
    secrets["sshPrivateKey"] = sandbox.sshPrivateKey;
    if (overlaid.sitePrivateKeys !== "") secrets["sitePrivateKeys"] = overlaid.sitePrivateKeys;
    hostFiles.push(...overlaid.files);
    replaced.push(...overlaid.replaced);
  }
  if (values["cluster"] !== undefined) {
    const servers = entries(cluster["servers"]).map((server) => ({
      ...server,
      ...placeOf(sandbox.nodes.get(text(server["name"]))),
    }));
    // The rehearsal runs its own Kubernetes version.
    const { version: _real, ...rest } = cluster;
    changed["cluster"] = { ...rest, servers };
    replaced.push("the cluster: its addresses, its version and its kubeconfig");
  }
  overlayEitherMode({ values: changed, secrets, hostFiles, replaced }, secretKeys, sandbox);
  const { rancher, "cert-manager": certManager } = sandbox.chartRepositories ?? {};
  if (rancher) changed["chartRepository"] = rancher.url;
  if (certManager) changed["certManager"] = { ...mapping(values["certManager"]), chartRepository: certManager.url };
  for (const [name, { original }] of Object.entries(sandbox.chartRepositories ?? {})) {
    replaced.push(`the chart repository ${original}, which does not answer, by a fake ${name} chart`);
  }
  return { values: changed, secrets, hostFiles, replaced };
}

/** Picks the keys that a stack file may have for a machine. */
function placeOf(machine: { readonly address: string; readonly hostKey?: string } | undefined): Mapping {
  if (machine === undefined) return {};
  return { address: machine.address, ...(machine.hostKey !== undefined && { hostKey: machine.hostKey }) };
}
