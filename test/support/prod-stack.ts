import * as pulumi from "@pulumi/pulumi";
import type { Secrets } from "../../components/program/stack-input.ts";
import type { Cluster } from "../../components/cluster/cluster.ts";
import type { ClusterFacts } from "../../components/cluster/cluster-facts.ts";
import { defaultNginxOptions } from "../../components/load-balancer/nginx/config/nginx-options.ts";
import type { NginxSettings, HighAvailabilitySettings, SshHostSettings } from "../../components/stack-file/settings.ts";

/** A well-formed host key that belongs to no host. */
export const hostKey = `ssh-ed25519 ${Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from("ssh-ed25519"),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]).toString("base64")}`;

export function balancerHost(overrides: Partial<SshHostSettings> = {}): SshHostSettings {
  return {
    name: "lb-1",
    address: "192.0.2.10",
    user: "ops",
    port: 22,
    hostKey,
    insecureIgnoreHostKey: false,
    ...overrides,
  };
}

/** nginx on one host, at layer 4, with every default. */
export function nginxBalancer(overrides: Partial<NginxSettings> = {}): NginxSettings {
  return {
    kind: "nginx",
    layer: 4,
    runAs: "host",
    package: "distribution",
    image: "nginx:1.30.4",
    hosts: [balancerHost()],
    ports: { http: 80, https: 443 },
    upstreamPorts: { http: 80, https: 443 },
    proxyProtocol: false,
    options: defaultNginxOptions,
    sites: [],
    ...overrides,
  };
}

/** Three nodes behind one nginx, Rancher's own certificate: the validated settings of `Pulumi.prod.yaml`. */
export function prodSettings(overrides: Partial<HighAvailabilitySettings> = {}): HighAvailabilitySettings {
  return {
    mode: "high-availability",
    hostname: "rancher.example.com",
    version: "2.15.2",
    replicas: 3,
    chartRepository: "https://charts.example.com/rancher",
    cluster: {
      distribution: "existing",
      servers: [
        { name: "server-1", address: "192.0.2.11" },
        { name: "server-2", address: "192.0.2.12" },
        { name: "server-3", address: "192.0.2.13" },
      ],
    },
    loadBalancer: nginxBalancer(),
    tls: { source: "rancher" },
    certManager: { version: "1.21.2", chartRepository: "https://charts.example.com/cert-manager" },
    chartValues: {},
    ...overrides,
  };
}

/** A unique value per secret key, so that it can be searched for. */
export const canaries = {
  kubeconfig: "canary-kubeconfig-2b7e",
  sshPrivateKey: "canary-ssh-private-key-8c1d",
  sshPrivateKeyPassword: "canary-ssh-private-key-password-f03a",
  tlsPrivateKey: "canary-tls-private-key-55e9",
  bootstrapPassword: "canary-bootstrap-password-91ac",
  proxyCredentials: "proxy-user:canary-proxy-password-4b0d",
  chartRepositoryCredentials: "chart-user:canary-chart-password-7d20",
} as const;

/** Call it inside the program, as outputs belong to the run that made them. */
export function prodSecrets(names = Object.keys(canaries) as (keyof typeof canaries)[]): Secrets {
  const {
    kubeconfig: _cluster,
    tlsPrivateKey: _certificate,
    ...given
  } = Object.fromEntries(names.map((name) => [name, pulumi.secret(canaries[name])]));
  return { ...given, privateKeyOf: () => pulumi.secret(canaries.tlsPrivateKey) };
}

/** The cluster with these facts. Call it inside the program, too. */
export function prodCluster(overrides: Partial<ClusterFacts> = {}): Cluster {
  const facts = emptyCluster(overrides);
  return { facts, kubeconfig: pulumi.secret(canaries.kubeconfig), uid: facts.uid, ready: [] };
}

/** What the survey finds on a cluster that is ready for Rancher and has nothing else on it. */
export function emptyCluster(overrides: Partial<ClusterFacts> = {}): ClusterFacts {
  return {
    origin: "surveyed",
    uid: "00000000-0000-4000-8000-000000000001",
    kubernetesVersion: "v1.35.2",
    ingressClasses: [{ name: "traefik", controller: "traefik.io/ingress-controller", isDefault: true }],
    certManager: undefined,
    rancher: undefined,
    externalTls: false,
    ingress: undefined,
    foreignNamespaces: [],
    otherWorkloads: [],
    ...overrides,
  };
}
