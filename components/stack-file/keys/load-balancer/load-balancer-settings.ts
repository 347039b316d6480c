import type { BalancerOptions } from "../../../load-balancer/balancer-options.ts";
import type { NginxOptions } from "../../../load-balancer/nginx/config/nginx-options.ts";
import { upstreamOf } from "./balancer-fields.ts";
import { sshHostSettings } from "../hosts/host-settings.ts";
import type { HighAvailabilityFile } from "../../high-availability-schema.ts";
import type { BalancerSettings, CertificateSettings, LoadBalancerSettings, SiteSettings } from "../../settings.ts";

type LoadBalancer = HighAvailabilityFile["loadBalancer"];
type Nginx = Extract<LoadBalancer, { kind: "nginx" }>;
type Own = Nginx | Extract<LoadBalancer, { kind: "haproxy" }>;

/** Settings of the load balancer, from a valid stack file. */
export function loadBalancerSettings(
  { loadBalancer, ssh }: HighAvailabilityFile,
  siteCertificates: readonly (CertificateSettings | undefined)[],
): LoadBalancerSettings {
  switch (loadBalancer.kind) {
    case "nginx":
      return {
        kind: "nginx",
        layer: loadBalancer.layer,
        ...balancerSettings(loadBalancer, ssh),
        runAs: loadBalancer.runAs,
        package: loadBalancer.package,
        image: loadBalancer.image,
        options: nginxOptions(loadBalancer),
        ...(loadBalancer.versionAccess === undefined ? {} : { versionAccess: loadBalancer.versionAccess }),
        sites: siteSettings(loadBalancer, siteCertificates),
      };
    case "haproxy":
      return {
        kind: "haproxy",
        layer: loadBalancer.layer,
        ...balancerSettings(loadBalancer, ssh),
        options: balancerOptions(loadBalancer),
      };
    case "external":
    case "none":
      return { kind: loadBalancer.kind };
    default:
      return loadBalancer satisfies never;
  }
}

function balancerSettings(balancer: Own, ssh: HighAvailabilityFile["ssh"]): BalancerSettings {
  const { hosts, ports, upstreamPorts, proxyProtocol, floatingAddress } = balancer;
  return {
    hosts: hosts.map((host) => sshHostSettings(host, ssh)),
    ports,
    upstreamPorts,
    proxyProtocol,
    ...(floatingAddress === undefined ? {} : { floatingAddress: omitUndefined(floatingAddress) }),
  };
}

function balancerOptions({ method, ipv6, timeouts, failover }: Pick<Own, keyof BalancerOptions>): BalancerOptions {
  return { method, ipv6, timeouts, failover };
}

/** nginx options from the stack file's keys. */
export function nginxOptions(balancer: Pick<Nginx, keyof BalancerOptions | "nginx">): NginxOptions {
  const { statusPort, resolvers, ...nginx } = balancer.nginx;
  return {
    ...balancerOptions(balancer),
    ...nginx,
    ...(statusPort === undefined ? {} : { statusPort }),
    ...(resolvers === undefined ? {} : { resolvers }),
  };
}

export function siteSettings(
  { sites }: Pick<Nginx, "sites">,
  certificates: readonly (CertificateSettings | undefined)[],
): readonly SiteSettings[] {
  return sites.flatMap(({ name, hostname, upstreams }, index) => {
    const certificate = certificates[index];
    if (certificate === undefined) return [];
    const targets = upstreams.map(upstreamOf).filter((target) => target !== undefined);
    return [{ name, hostname, upstreams: targets, certificate }];
  });
}

type FloatingAddress = NonNullable<Own["floatingAddress"]>;

function omitUndefined({ address, interface: device, virtualRouterId }: FloatingAddress) {
  return { address, ...(device === undefined ? {} : { interface: device }), virtualRouterId };
}
