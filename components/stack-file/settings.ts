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
  | { readonly kind: "nginx"; readonly layer: 4; readonly hosts: readonly SshHostSettings[] }
  | { readonly kind: "external" }
  | { readonly kind: "none" };

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
      /** Leaf first, then intermediates, PEM. */
      readonly certificateChain: string;
      /** Root of a private CA, PEM; absent when a public CA signed. */
      readonly caCertificate?: string;
    };

export interface CertManagerSettings {
  /** Chart version to install, three parts, no leading `v`. */
  readonly version: string;
  readonly chartRepository: string;
}
