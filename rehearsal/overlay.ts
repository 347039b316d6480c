import type { IngressController } from "./kubernetes/ingress-controller.ts";

/** What a stack file asks of the world: the machines it names. */
export interface WantedMachines {
  /** Hosts that scripts run on over SSH. */
  readonly hosts: readonly { readonly name: string; readonly user: string; readonly port: number }[];
  /** Nodes of the cluster, which only need an address. One, where the stack file names none. */
  readonly nodes: readonly string[];
  /** What the cluster must look as if it had. */
  readonly ingressController: IngressController;
}

/** What the rehearsal's world has in place of the real one. */
export interface WorldFacts {
  readonly hosts: ReadonlyMap<string, { readonly address: string; readonly hostKey: string }>;
  readonly nodes: ReadonlyMap<string, { readonly address: string }>;
  readonly kubeconfig: string;
  readonly sshPrivateKey: string;
  readonly bootstrapPassword: string;
  readonly certificate: { readonly chain: string; readonly privateKey: string; readonly caCertificate: string };
  /** URLs of chart repositories here; absent where the vendors' own are used. */
  readonly chartRepository?: string;
}

/** A stack file for the world: the user's, with what belongs to the real world replaced. */
export interface OverlaidStack {
  /** Keys without the namespace, plain values. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
  /** One line for each thing replaced, for people. */
  readonly replaced: readonly string[];
}

type Mapping = Readonly<Record<string, unknown>>;

const defaultUser = "root";
const defaultPort = 22;

/** Reads which machines a stack file names. Wrong values are left for the program itself to refuse. */
export function wantedMachines(values: Mapping): WantedMachines {
  const ssh = mapping(values["ssh"]);
  const cluster = mapping(values["cluster"]);
  const nodes = entries(cluster["servers"]).map((server) => text(server["name"]));
  return {
    hosts: entries(mapping(values["loadBalancer"])["hosts"]).map((host) => ({
      name: text(host["name"]),
      user: text(host["user"] ?? ssh["user"] ?? defaultUser),
      port: Number(host["port"] ?? ssh["port"] ?? defaultPort),
    })),
    nodes: nodes.length > 0 ? nodes : ["server-1"],
    ingressController: cluster["ingressController"] === "ingress-nginx" ? "ingress-nginx" : "traefik",
  };
}

/** Puts the world's addresses, keys and secrets in the place of the real ones. No secret of the user is read. */
export function overlay(values: Mapping, secretKeys: readonly string[], world: WorldFacts): OverlaidStack {
  const replaced: string[] = [];
  const balancer = mapping(values["loadBalancer"]);
  const cluster = mapping(values["cluster"]);
  const tls = mapping(values["tls"]);
  const changed: Record<string, unknown> = { ...values };
  const secrets: Record<string, string> = { kubeconfig: world.kubeconfig };

  if (values["ssh"] !== undefined) {
    const { jumpHost: _direct, ...rest } = mapping(values["ssh"]);
    changed["ssh"] = rest;
  }
  if (balancer["hosts"] !== undefined) {
    const hosts = entries(balancer["hosts"]).map((host) => {
      const { jumpHost: _direct, insecureIgnoreHostKey: _pinned, privateAddress: _one, ...rest } = host;
      return { ...rest, ...placeOf(world.hosts.get(text(host["name"]))) };
    });
    changed["loadBalancer"] = { ...balancer, hosts };
    secrets["sshPrivateKey"] = world.sshPrivateKey;
    replaced.push("addresses and host keys of the load balancer's hosts, and the key that opens them");
  }
  if (values["cluster"] !== undefined) {
    const servers = entries(cluster["servers"]).map((server) => ({
      ...server,
      ...placeOf(world.nodes.get(text(server["name"]))),
    }));
    // The version is the rehearsal's own Kubernetes, whatever the real one is.
    const { version: _real, ...rest } = cluster;
    changed["cluster"] = { ...rest, servers };
    replaced.push("the cluster: its addresses, its version and its kubeconfig");
  }
  if (tls["source"] === "secret") {
    const { chain: _chain, ...rest } = tls;
    changed["tls"] = {
      ...rest,
      certificate: world.certificate.chain,
      // Made here, so no public authority knows it.
      caCertificate: world.certificate.caCertificate,
    };
    secrets["tlsPrivateKey"] = world.certificate.privateKey;
    replaced.push("the certificate for the hostname, its key and its CA");
  }
  if (secretKeys.includes("bootstrapPassword")) {
    secrets["bootstrapPassword"] = world.bootstrapPassword;
    replaced.push("the bootstrap password");
  }
  if (world.chartRepository !== undefined) {
    changed["chartRepository"] = world.chartRepository;
    changed["certManager"] = { ...mapping(values["certManager"]), chartRepository: world.chartRepository };
    replaced.push("the chart repositories, by one on this machine with charts written for rehearsals");
  }
  return { values: changed, secrets, replaced };
}

/** Only what a stack file may say about a machine: the world knows more about its own. */
function placeOf(machine: { readonly address: string; readonly hostKey?: string } | undefined): Mapping {
  if (machine === undefined) return {};
  return { address: machine.address, ...(machine.hostKey !== undefined && { hostKey: machine.hostKey }) };
}

function mapping(value: unknown): Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}

function entries(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.map(mapping) : [];
}

function text(value: unknown): string {
  return value === undefined ? "" : String(value);
}
