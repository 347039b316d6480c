import { rancherContainer } from "../docker/names.ts";
import type {
  BalancerSettings,
  CertificateSettings,
  HighAvailabilitySettings,
  NginxSettings,
  Settings,
  SingleNodeSettings,
} from "../stack-file/settings.ts";
import type { GeneratedFiles } from "../tls/generated/generated-certificate-script.ts";
import {
  certificateFiles,
  rancherCertificate,
  type BalancerCertificate,
  type PrivateKeyOf,
} from "./certificates/certificate-files.ts";
import type { Listener, PassThrough, Site, Termination, Upstream } from "./listener.ts";

/** Paths that disclose Rancher's version. */
const versionPaths = ["/version", "/rancherversion"];

/** The listeners of a load balancer for Rancher; empty if this program does not run the load balancer. */
export function rancherListeners(settings: Settings): Listener[] {
  if (settings.mode === "single-node") return singleNodeListeners(settings);
  const { loadBalancer } = settings;
  switch (loadBalancer.kind) {
    case "nginx":
      return loadBalancer.layer === 7
        ? [termination(settings, loadBalancer, ingressUpstreams(settings, loadBalancer))]
        : passThrough(settings, loadBalancer);
    case "haproxy":
      return passThrough(settings, loadBalancer);
    case "external":
    case "none":
      return [];
    default:
      return loadBalancer satisfies never;
  }
}

/**
 * The certificates of `rancherListeners`, Rancher's first. Empty if TLS is terminated in the cluster.
 *
 * @param generated The files; required if `tls.source` is `generated`.
 */
export function balancerCertificates(
  settings: Settings,
  privateKeyOf: PrivateKeyOf,
  generated?: GeneratedFiles,
): BalancerCertificate[] {
  return certificateSources(settings).map(({ source, ...names }): BalancerCertificate => {
    switch (source.from) {
      case "stack":
        return { ...names, ...source, privateKey: privateKeyOf(names.name) };
      case "host":
        return { ...names, ...source };
      case "generated":
        if (generated === undefined) throw new Error(`there are no files of the certificate for ${names.hostname}`);
        return { ...names, from: "host", ...generated };
      default:
        return source satisfies never;
    }
  });
}

type SourceSettings = CertificateSettings | { readonly from: "generated" };

interface CertificateSource {
  readonly name: string;
  readonly hostname: string;
  readonly source: SourceSettings;
}

function certificateSources({ hostname, loadBalancer, tls }: Settings): CertificateSource[] {
  if (loadBalancer.kind !== "nginx" || loadBalancer.layer !== 7) return [];
  const source = certificateOf(tls);
  if (source === undefined) return [];
  return [
    { name: rancherCertificate, hostname, source },
    ...loadBalancer.sites.map((site) => ({ name: site.name, hostname: site.hostname, source: site.certificate })),
  ];
}

function certificateOf(tls: Settings["tls"]): SourceSettings | undefined {
  switch (tls.source) {
    case "secret":
      return tls.certificate;
    case "generated":
      return { from: "generated" };
    case "rancher":
    case "letsEncrypt":
      return undefined;
    default:
      return tls satisfies never;
  }
}

/** Rancher in Docker: by container name in the network shared with nginx, or at its published port on loopback. */
function singleNodeListeners(settings: SingleNodeSettings): Listener[] {
  const { loadBalancer, docker } = settings;
  if (loadBalancer.kind === "none") return [];
  const rancher =
    loadBalancer.runAs === "container"
      ? { address: rancherContainer, port: 80 }
      : { address: "127.0.0.1", port: docker.publish.http };
  return [termination(settings, loadBalancer, [rancher])];
}

function ingressUpstreams({ cluster }: HighAvailabilitySettings, { upstreamPorts }: NginxSettings): Upstream[] {
  return cluster.servers.map(({ address }) => ({ address, port: upstreamPorts.http }));
}

function passThrough({ hostname, cluster }: HighAvailabilitySettings, balancer: BalancerSettings): PassThrough[] {
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

/**
 * https://ranchermanager.docs.rancher.com/getting-started/installation-and-upgrade/installation-references/helm-chart-options#external-tls-termination
 */
function termination(
  settings: Settings,
  { ports, versionAccess, sites }: Pick<NginxSettings, "ports" | "versionAccess" | "sites">,
  rancher: readonly Upstream[],
): Termination {
  const upstreams = new Map<string, readonly Upstream[]>([
    [rancherCertificate, rancher],
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
      certificate: certificateFiles({ ...names, ...source }),
      ...(names.name === rancherCertificate &&
        versionAccess !== undefined && { restricted: { paths: versionPaths, allow: versionAccess } }),
    })),
  };
}
