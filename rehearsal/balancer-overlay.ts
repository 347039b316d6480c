import type { SandboxImage } from "./docker/sandbox-registry.ts";
import { entries, mapping, text, type Mapping } from "./stack-values.ts";

/** A certificate made for the sandbox, PEM. */
export interface SandboxCertificate {
  readonly chain: string;
  readonly privateKey: string;
  readonly caCertificate: string;
}

/** A file that the stack file expects on the hosts, and that the sandbox's hosts therefore get. */
export interface HostFile {
  readonly path: string;
  readonly content: string;
  readonly mode: number;
}

export interface BalancerSandbox {
  readonly hosts: ReadonlyMap<string, { readonly address: string; readonly hostKey: string }>;
  readonly nodes: ReadonlyMap<string, { readonly address: string }>;
  /** Certificates of the further sites, by the sites' names. */
  readonly siteCertificates: ReadonlyMap<string, SandboxCertificate>;
  /** An unused address of the sandbox. */
  readonly freeAddress: string;
  /** The nginx image, when nginx runs in a container. */
  readonly nginxImage?: SandboxImage;
}

export interface OverlaidBalancer {
  readonly values: Mapping;
  /** Concatenated keys of the sites' certificates; empty when none comes from the stack file. */
  readonly sitePrivateKeys: string;
  readonly files: readonly HostFile[];
  readonly replaced: readonly string[];
}

/** Replaces the machines and certificates in `loadBalancer` by the sandbox's. All other options stay unchanged. */
export function overlayBalancer(balancer: Mapping, sandbox: BalancerSandbox): OverlaidBalancer {
  const replaced = ["addresses and host keys of the load balancer's hosts, and their SSH key"];
  const values: Record<string, unknown> = { ...balancer, hosts: hostsOf(balancer, sandbox) };
  const files: HostFile[] = [];
  const keys: string[] = [];
  if (balancer["sites"] !== undefined) {
    const [node] = sandbox.nodes.values();
    // The ingress controller answers in place of the real upstreams.
    const upstreams = node && [`${node.address}:${text(mapping(balancer["upstreamPorts"])["http"] ?? 80)}`];
    values["sites"] = entries(balancer["sites"]).map((site) => {
      const certificate = sandbox.siteCertificates.get(text(site["name"]));
      const overlaid = certificate && overlayCertificate(site, certificate);
      if (overlaid?.privateKey !== undefined) keys.push(overlaid.privateKey);
      files.push(...(overlaid?.files ?? []));
      return { ...(overlaid?.values ?? site), ...(upstreams && { upstreams }) };
    });
    replaced.push("upstreams of the further sites, by a node of the cluster, and their certificates");
  }
  if (balancer["floatingAddress"] !== undefined) {
    const { interface: _real, ...rest } = mapping(balancer["floatingAddress"]);
    values["floatingAddress"] = { ...rest, address: sandbox.freeAddress };
    replaced.push("the floating address, by one in the sandbox's network");
  }
  if (sandbox.nginxImage !== undefined) {
    values["image"] = overlayImage(balancer["image"], sandbox.nginxImage);
    replaced.push(nginxReplaced);
  }
  if (mapping(balancer["nginx"])["resolvers"] !== undefined) {
    const { resolvers: _real, ...rest } = mapping(balancer["nginx"]);
    values["nginx"] = rest;
    replaced.push("nginx's DNS servers, by those of the hosts");
  }
  return { values, sitePrivateKeys: keys.join(""), files, replaced };
}

function hostsOf(balancer: Mapping, sandbox: BalancerSandbox): Mapping[] {
  return entries(balancer["hosts"]).map((host) => {
    const { jumpHost: _direct, insecureIgnoreHostKey: _pinned, privateAddress: _one, ...rest } = host;
    const place = sandbox.hosts.get(text(host["name"]));
    return { ...rest, ...(place && { address: place.address, hostKey: place.hostKey }) };
  });
}

export const nginxReplaced = "nginx's image, by one with Debian's nginx";

/** The sandbox's image, with its digest if the stack file's image has one. */
export function overlayImage(image: unknown, { name, digest }: SandboxImage): string {
  return text(image).includes("@") ? `${name}@${digest}` : name;
}

/**
 * Replaces a certificate by the sandbox's. The PEM text replaces text and paths in the stack file; for a certificate
 * that is on the hosts already, the files to put there are returned.
 */
export function overlayCertificate(
  keys: Mapping,
  { chain, privateKey, caCertificate }: SandboxCertificate,
): { readonly values: Mapping; readonly privateKey?: string; readonly files: readonly HostFile[] } {
  const onHost = (part: string) => mapping(keys[part])["onHost"];
  const place = onHost("certificate");
  if (place === undefined) {
    const { chain: _chain, ...rest } = keys;
    return { values: { ...rest, certificate: chain }, privateKey, files: [] };
  }
  const contents: [path: unknown, content: string, mode: number][] = [
    [place, chain, 0o644],
    // The sandbox's CA has no intermediate certificates.
    [onHost("chain"), caCertificate, 0o644],
    [onHost("privateKey"), privateKey, 0o600],
  ];
  const files = contents.flatMap(([path, content, mode]) =>
    path === undefined ? [] : [{ path: String(path), content, mode }],
  );
  return { values: keys, files };
}
