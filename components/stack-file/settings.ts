import type { BalancerOptions } from "../load-balancer/balancer-options.ts";
import type { NginxOptions } from "../load-balancer/nginx/config/nginx-options.ts";

/** The validated content of a stack file, with defaults. Plain values only, no secrets. */
export type Settings = HighAvailabilitySettings | SingleNodeSettings;

/** Rancher on a cluster, and what is in front of it. */
export interface HighAvailabilitySettings {
  readonly mode: "high-availability";
  readonly hostname: string;
  /** Rancher's version, three parts, no leading `v`. The chart has the same version. */
  readonly version: string;
  readonly replicas: number;
  /** Helm repository the chart `rancher` comes from, as a URL. */
  readonly chartRepository: string;
  readonly cluster: ExistingClusterSettings;
  readonly loadBalancer: LoadBalancerSettings;
  readonly tls: TlsSettings;
  /** Certificates of further CAs that Rancher trusts, PEM. */
  readonly additionalTrustedCAs?: string;
  readonly certManager: CertManagerSettings;
  /** The escape hatch: merged over the values this program computes. */
  readonly chartValues: Readonly<Record<string, unknown>>;
}

export interface ExistingClusterSettings {
  readonly distribution: "existing";
  /** Kubernetes version, checked against the cluster when given: `v1.34.1`. */
  readonly version?: string;
  readonly ingressController?: "traefik" | "ingress-nginx";
  /**
   * Nodes that run the ingress controller: the load balancer's upstreams. At least one if the load balancer is ours.
   */
  readonly servers: readonly ServerSettings[];
}

export interface ServerSettings {
  readonly name: string;
  readonly address: string;
}

export type LoadBalancerSettings =
  NginxSettings | HaproxySettings | { readonly kind: "external" } | { readonly kind: "none" };

/** A load balancer of ours, nginx or HAProxy. */
export interface BalancerSettings {
  readonly hosts: readonly SshHostSettings[];
  /** Ports for clients. */
  readonly ports: { readonly http: number; readonly https: number };
  /** Ports of the ingress controller on every server; at layer 7 only `http` is used. */
  readonly upstreamPorts: { readonly http: number; readonly https: number };
  /**
   * Sends the clients' addresses to the ingress controller with the PROXY protocol; both sides are configured. Layer 4.
   */
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
  /** Networks that may request `/version` and `/rancherversion`; every network if absent. Layer 7. */
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
  /** IPv4 or IPv6 address that no machine is configured with. */
  readonly address: string;
  /** Network interface for the address; if absent, the one that leads to the other hosts. */
  readonly interface?: string;
  /** VRRP ID of this group, unique in its network: 1 to 255. */
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
      /** Files that are already on the balancer's hosts, as paths there. Never uploaded. */
      readonly from: "host";
      readonly certificate: string;
      /** Intermediates, if `certificate` does not contain them. */
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

/** Rancher in Docker on one host, behind nginx. */
export interface SingleNodeSettings {
  readonly mode: "single-node";
  readonly hostname: string;
  /** Rancher's version, three parts, no leading `v`. */
  readonly version: string;
  readonly docker: DockerSettings;
  readonly loadBalancer: SingleNodeBalancerSettings;
  readonly tls: SingleNodeTlsSettings;
}

export type SingleNodeBalancerSettings =
  | SingleNodeNginxSettings
  /** Rancher listens on all addresses itself, with its own certificate. */
  | { readonly kind: "none"; readonly ports: { readonly http: number; readonly https: number } };

/** nginx at layer 7 on the Docker host; a container by default. */
export type SingleNodeNginxSettings = Omit<
  NginxSettings,
  "hosts" | "floatingAddress" | "proxyProtocol" | "upstreamPorts" | "layer"
> & { readonly layer: 7 };

export type SingleNodeTlsSettings =
  /** A CA and a certificate created on the host that runs nginx. */
  | { readonly source: "generated" }
  /** Rancher's own certificate; without nginx. */
  | { readonly source: "rancher" }
  | Extract<TlsSettings, { source: "secret" }>;

export type DockerHostSettings = { readonly kind: "local" } | ({ readonly kind: "ssh" } & SshHostSettings);

export interface DockerSettings {
  /** The machine whose Docker engine runs Rancher: this one, or a host over SSH. */
  readonly host: DockerHostSettings;
  /** Whether the engine exists or this program installs it; `install` only with an SSH host. */
  readonly engine: "existing" | "install";
  /** Rancher's image: `rancher/rancher:v2.15.2`, or with its digest `rancher/rancher:v2.15.2@sha256:...`. */
  readonly image: string;
  /** Rancher's own TCP ports on 127.0.0.1, if nginx runs as a package on the host. */
  readonly publish: { readonly http: number; readonly https: number };
  /** Limit in Docker's b, k, m or g: `8g`; unlimited if absent. */
  readonly memory?: string;
  /** Limit in CPUs; unlimited if absent. */
  readonly cpus?: number;
  readonly auditLog?: AuditLogSettings;
  readonly proxy?: ProxySettings;
  /** Registry of Rancher's system images, host and port without a scheme; Docker Hub if absent. */
  readonly registry?: string;
  /** Certificates of further CAs that Rancher trusts, PEM. */
  readonly additionalTrustedCAs?: string;
  /** Arguments for Rancher, after the image: the escape hatch. */
  readonly arguments: readonly string[];
  /** Environment variables in plain text: the escape hatch. */
  readonly environment: Readonly<Record<string, string>>;
  readonly backup: BackupSettings;
  /** Name of an archive to restore, without a path. */
  readonly restore?: string;
  /** A container that was started by hand, whose data is taken over. */
  readonly adopt?: string;
}

export interface AuditLogSettings {
  readonly level: 0 | 1 | 2 | 3;
  /** Days a rotated file is kept. */
  readonly maxAge: number;
  /** Rotated files kept. */
  readonly maxBackups: number;
  /** Megabytes after which a file is rotated. */
  readonly maxSize: number;
}

export interface ProxySettings {
  readonly http?: string;
  readonly https?: string;
  /** Names, addresses and networks reached without the proxy. */
  readonly noProxy: readonly string[];
}

export interface BackupSettings {
  /** Archives kept; older ones are deleted. */
  readonly keep: number;
  /** A systemd calendar event: `daily`, `Sun 03:00`; no scheduled backups if absent. */
  readonly schedule?: string;
  /** Folder of the Docker host, absolute. */
  readonly folder: string;
}

export interface CertManagerSettings {
  /** Chart version to install, three parts, no leading `v`. */
  readonly version: string;
  readonly chartRepository: string;
}
