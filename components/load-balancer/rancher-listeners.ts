import type * as pulumi from "@pulumi/pulumi";
import type { BalancerSettings, CertificateSettings, NginxSettings, Settings } from "../stack-file/settings.ts";
import { certificateFiles, type BalancerCertificate } from "./certificate-files.ts";
import type { Listener, PassThrough, Site, Termination, Upstream } from "./listener.ts";

/** Private keys of what a balancer serves, where they come from the stack. */
export interface BalancerKeys {
  /** Of `tls.certificate`, PEM. */
  readonly tlsPrivateKey?: pulumi.Output<string>;
  /** Of the further sites, by their names, PEM. */
  readonly sitePrivateKeys: ReadonlyMap<string, pulumi.Output<string>>;
}

/** Paths whose answers tell a stranger which Rancher runs. */
const versionPaths = ["/version", "/rancherversion"];

/** What a load balancer of ours listens on for Rancher; nothing where the balancer is somebody else's. */
export function rancherListeners(settings: Settings): Listener[] {
  const { loadBalancer } = settings;
  switch (loadBalancer.kind) {
    case "nginx":
      return loadBalancer.layer === 7 ? [termination(settings, loadBalancer)] : passThrough(settings, loadBalancer);
    case "haproxy":
      return passThrough(settings, loadBalancer);
    case "external":
    case "none":
      return [];
    default:
      return loadBalancer satisfies never;
  }
}

/** The certificates those listeners serve, Rancher's first. Empty where TLS ends in the cluster. */
export function balancerCertificates(settings: Settings, keys: BalancerKeys): BalancerCertificate[] {
  return certificateSources(settings).map(({ source, ...names }) =>
    source.from === "host"
      ? { ...names, ...source }
      : {
          ...names,
          from: "stack",
          chain: source.chain,
          privateKey: (names.name === rancherSite ? keys.tlsPrivateKey : keys.sitePrivateKeys.get(names.name)) ?? "",
        },
  );
}

const rancherSite = "rancher";

interface CertificateSource {
  readonly name: string;
  readonly hostname: string;
  readonly source: CertificateSettings;
}

function certificateSources({ hostname, loadBalancer, tls }: Settings): CertificateSource[] {
  if (loadBalancer.kind !== "nginx" || loadBalancer.layer !== 7 || tls.source !== "secret") return [];
  return [
    { name: rancherSite, hostname, source: tls.certificate },
    ...loadBalancer.sites.map((site) => ({ name: site.name, hostname: site.hostname, source: site.certificate })),
  ];
}

function passThrough({ hostname, cluster }: Settings, balancer: BalancerSettings): PassThrough[] {
  const { ports, upstreamPorts, proxyProtocol } = balancer;
  const listener = (name: "http" | "https"): PassThrough => ({
    layer: 4,
    name,
    port: ports[name],
    upstreams: cluster.servers.map(({ address }) => ({ address, port: upstreamPorts[name] })),
    proxyProtocol,
  });
  return [listener("http"), { ...listener("https"), healthCheck: { path: "/healthz", hostname } }];
}

/** https://ranchermanager.docs.rancher.com/getting-started/installation-and-upgrade/installation-references/helm-chart-options#external-tls-termination */
function termination(settings: Settings, balancer: NginxSettings): Termination {
  const { cluster } = settings;
  const { ports, upstreamPorts, versionAccess, sites } = balancer;
  const ingress = cluster.servers.map(({ address }) => ({ address, port: upstreamPorts.http }));
  const upstreams = new Map<string, readonly Upstream[]>([
    [rancherSite, ingress],
    ...sites.map((site) => [site.name, site.upstreams] as const),
  ]);
  return {
    layer: 7,
    name: "https",
    port: ports.https,
    redirectPort: ports.http,
    sites: certificateSources(settings).map(({ source, ...names }): Site => ({
      ...names,
      upstreams: upstreams.get(names.name) ?? [],
      certificate: certificateFiles(
        source.from === "host" ? { ...names, ...source } : { ...names, ...source, privateKey: "" },
      ),
      ...(names.name === rancherSite &&
        versionAccess !== undefined && { restricted: { paths: versionPaths, allow: versionAccess } }),
    })),
  };
}
