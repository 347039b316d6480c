import { overlayBalancer, type BalancerSandbox, type HostFile, type SandboxCertificate } from "./balancer-overlay.ts";
import type { ReplacedRepositories } from "./charts/choose-charts.ts";
import { overlayEitherMode } from "./either-mode-overlay.ts";
import type { IngressController } from "./kubernetes/ingress-controller.ts";
import { entries, mapping, text, type Mapping } from "./stack-values.ts";

/** What a stack file asks of the world: the machines it names. */
export interface WantedMachines {
  /** Hosts that scripts run on over SSH. */
  readonly hosts: readonly { readonly name: string; readonly user: string; readonly port: number }[];
  /** Nodes of the cluster, which only need an address. One, where the stack file names none. */
  readonly nodes: readonly string[];
  /** What the cluster must look as if it had. */
  readonly ingressController: IngressController;
  /** What the hosts run, for people: `nginx, layer 4`. */
  readonly balancer: string;
  /** Ports the balancer serves, and those of the ingress controller behind it. */
  readonly ports: Ports;
  readonly ingressPorts: Ports;
  readonly sites: readonly { readonly name: string; readonly hostname: string }[];
  /** Rancher is told the clients' addresses: at layer 7, and by the PROXY protocol. */
  readonly forwardsClientAddress: boolean;
  /** The hosts need a Docker engine. */
  readonly containers: boolean;
}

export interface Ports {
  readonly http: number;
  readonly https: number;
}

/** What the rehearsal's world has in place of the real one. */
export interface SandboxFacts extends BalancerSandbox {
  readonly kubeconfig: string;
  readonly sshPrivateKey: string;
  readonly bootstrapPassword: string;
  readonly certificate: SandboxCertificate;
  /** Chart repositories that cannot be reached, and what the rehearsal has in their place. */
  readonly chartRepositories?: ReplacedRepositories;
}

/** A stack file for the world: the user's, with what belongs to the real world replaced. */
export interface OverlaidStack {
  /** Keys without the namespace, plain values. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** To be put onto every host of the balancer before anything else. */
  readonly hostFiles: readonly HostFile[];
  /** One line for each thing replaced, for people. */
  readonly replaced: readonly string[];
}

const defaultUser = "root";
const defaultPort = 22;

/** Reads which machines a stack file names. Wrong values are left for the program itself to refuse. */
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

/** Ports as a stack file has them; those of the web where it has none. */
export function portsOf(value: unknown): Ports {
  const { http, https } = mapping(value);
  return { http: Number(http ?? 80), https: Number(https ?? 443) };
}

/** Puts the world's addresses, keys and secrets in the place of the real ones. No secret of the user is read. */
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
    // The version is the rehearsal's own Kubernetes, whatever the real one is.
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

/** Only what a stack file may say about a machine: the world knows more about its own. */
function placeOf(machine: { readonly address: string; readonly hostKey?: string } | undefined): Mapping {
  if (machine === undefined) return {};
  return { address: machine.address, ...(machine.hostKey !== undefined && { hostKey: machine.hostKey }) };
}
