import type { BalancerOptions } from "../load-balancer/balancer-options.ts";
import type { NginxOptions } from "../load-balancer/nginx-options.ts";

/** What a stack file says, checked and with defaults filled in. Plain values only; secrets are not here. */
export interface Settings {
  readonly mode: "high-availability";
  readonly hostname: string;
  /** Rancher's version, three parts, no leading `v`. The chart has the same one. */
  readonly version: string;
  readonly replicas: number;
  /** Helm repository the chart `rancher` comes from, as a URL. */
  readonly chartRepository: string;
  readonly cluster: ExistingClusterSettings;
  readonly loadBalancer: LoadBalancerSettings;
  readonly tls: TlsSettings;
  readonly certManager: CertManagerSettings;
  /** The escape hatch: merged over the values this program computes. */
  readonly chartValues: Readonly<Record<string, unknown>>;
}

export interface ExistingClusterSettings {
  readonly distribution: "existing";
  /** Kubernetes version, checked against the cluster when given: `v1.34.1`. */
  readonly version?: string;
  readonly ingressController?: "traefik" | "ingress-nginx";
  /** Nodes that run the ingress controller: the load balancer's upstreams. At least one where nginx is ours. */
  readonly servers: readonly ServerSettings[];
}

export interface ServerSettings {
  readonly name: string;
  readonly address: string;
}

export type LoadBalancerSettings =
  NginxSettings | HaproxySettings | { readonly kind: "external" } | { readonly kind: "none" };

/** A load balancer of ours, whichever program does the work. */
export interface BalancerSettings {
  readonly hosts: readonly SshHostSettings[];
  /** Ports clients reach it at. */
  readonly ports: { readonly http: number; readonly https: number };
  /** Ports of the ingress controller on every server; at layer 7 only `http` is used. */
  readonly upstreamPorts: { readonly http: number; readonly https: number };
  /** Tells the ingress controller the clients' addresses with the PROXY protocol; both sides are set. Layer 4. */
  readonly proxyProtocol: boolean;
  /** An address that moves between the hosts. */
  readonly floatingAddress?: FloatingAddressSettings;
}

export interface NginxSettings extends BalancerSettings {
  readonly kind: "nginx";
  readonly layer: 4 | 7;
  readonly runAs: "host" | "container";
  /** Where a host's nginx comes from. */
  readonly package: "distribution" | "nginx.org";
  /** Image of the container: `nginx:1.30.4`, or with its digest `nginx:1.30.4@sha256:...`. */
  readonly image: string;
  readonly options: NginxOptions;
  /** Networks that may ask for `/version` and `/rancherversion`; everybody where absent. Layer 7. */
  readonly versionAccess?: readonly string[];
  /** Further sites behind the same nginx. Layer 7. */
  readonly sites: readonly SiteSettings[];
}

export interface HaproxySettings extends BalancerSettings {
  readonly kind: "haproxy";
  readonly layer: 4;
  readonly options: BalancerOptions;
}

export interface FloatingAddressSettings {
  /** IPv4 or IPv6 address no machine has by itself. */
  readonly address: string;
  /** Network interface it is put on; the one that leads to the other hosts where absent. */
  readonly interface?: string;
  /** VRRP's number of this group, unique in its network: 1 to 255. */
  readonly virtualRouterId: number;
}

export interface SiteSettings {
  readonly name: string;
  readonly hostname: string;
  readonly upstreams: readonly { readonly address: string; readonly port: number }[];
  readonly certificate: CertificateSettings;
}

/** Where the files of a certificate come from. */
export type CertificateSettings =
  | {
      readonly from: "stack";
      /** Leaf first, then intermediates, PEM. Its key is a secret. */
      readonly chain: string;
    }
  | {
      /** Files that are on the balancer's hosts already, by their paths there. Never uploaded. */
      readonly from: "host";
      readonly certificate: string;
      /** Intermediates, where `certificate` does not hold them. */
      readonly chain?: string;
      readonly privateKey: string;
    };

export interface SshHostSettings {
  readonly name: string;
  readonly address: string;
  readonly privateAddress?: string;
  readonly user: string;
  readonly port: number;
  /** One line as in `authorized_keys`: `ssh-ed25519 AAAA...`. Absent only with `insecureIgnoreHostKey`. */
  readonly hostKey?: string;
  readonly insecureIgnoreHostKey: boolean;
  readonly jumpHost?: JumpHostSettings;
}

export interface JumpHostSettings {
  readonly address: string;
  readonly user: string;
  readonly port: number;
  readonly hostKey?: string;
  readonly insecureIgnoreHostKey: boolean;
}

export type TlsSettings =
  | { readonly source: "rancher" }
  | { readonly source: "letsEncrypt"; readonly email: string; readonly environment: "production" | "staging" }
  | {
      readonly source: "secret";
      readonly certificate: CertificateSettings;
      /** Root of a private CA, PEM; absent when a public CA signed. */
      readonly caCertificate?: string;
    };

export interface CertManagerSettings {
  /** Chart version to install, three parts, no leading `v`. */
  readonly version: string;
  readonly chartRepository: string;
}
