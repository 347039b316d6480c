import { generationPort } from "../../load-balancer/generation-port.ts";
import type { Problem } from "../../program/problem.ts";
import { balancerHosts, nginxBalancer, ownBalancer } from "../keys/load-balancer/parsed-balancer.ts";
import { upstreamOf } from "../keys/load-balancer/balancer-fields.ts";
import type { AnyParsed } from "../reading/parsed-file.ts";
import { leadsToItself, sameAddress } from "../fields/network-fields.ts";
import type { HighAvailabilityFile } from "../high-availability-schema.ts";
import type { Parsed } from "../reading/parsed.ts";
import { sitesOf } from "../keys/load-balancer/site-rules.ts";

/** Where a load balancer is reached, besides the loopback addresses. */
interface Reached {
  /** Addresses and names. */
  readonly at: readonly (string | undefined)[];
  /** Ports for clients. */
  readonly ports: readonly (number | undefined)[];
}

/**
 * Reports addresses with which the load balancer would connect to itself. Every such connection opens another one until
 * the limit is reached. The load balancer's script rejects the cases that only its host can detect; see
 * `refuseSelfConnections`.
 */
export function selfConnectionProblems(parsed: Parsed<HighAvailabilityFile>): readonly Problem[] {
  const balancer = ownBalancer(parsed);
  const hosts = balancerHosts(parsed);
  const names = [parsed.hostname, ...sitesOf(parsed).map((site) => site?.hostname)];
  const reached = {
    at: [
      ...names,
      balancer?.floatingAddress?.address,
      ...hosts.flatMap((host) => [host?.address, host?.privateAddress]),
    ],
    ports: balancer === undefined ? [] : clientPortsOf(balancer),
  };
  return [
    ...(parsed.cluster?.servers ?? []).flatMap((server, index) =>
      serverProblems(server?.address, `rancher:cluster.servers[${index}].address`, balancer ? names : []),
    ),
    ...hosts.flatMap((host, index) =>
      (["address", "privateAddress"] as const).flatMap((field) =>
        hostProblems(host?.[field], `rancher:loadBalancer.hosts[${index}].${field}`),
      ),
    ),
    ...siteSelfConnections(parsed, reached),
  ];
}

/**
 * Reports site upstreams at an address and port of the load balancer. Another port of its host may belong to the site's
 * program.
 */
export function siteSelfConnections(parsed: AnyParsed, { at, ports }: Reached): readonly Problem[] {
  const own = new Set(at.flatMap((address) => (address === undefined ? [] : sameAddress(address))));
  const local = [generationPort, nginxBalancer(parsed)?.nginx?.statusPort];
  return sitesOf(parsed).flatMap((site, index) =>
    (site?.upstreams ?? []).flatMap((upstream, place): Problem[] => {
      const { address, port } = upstreamOf(upstream ?? "") ?? {};
      if (address === undefined || port === undefined) return [];
      const loops = leadsToItself(address)
        ? [...ports, ...local].includes(port)
        : own.has(sameAddress(address)) && ports.includes(port);
      const message =
        `is ${String(upstream)}, where this load balancer listens: it would connect to itself. Give the address and port of ` +
        "the program behind this site.";
      return loops ? [{ key: `rancher:loadBalancer.sites[${index}].upstreams[${place}]`, message }] : [];
    }),
  );
}

/** The ports for clients, with their defaults. */
export function clientPortsOf({
  ports,
}: {
  readonly ports?: { readonly http?: number | undefined; readonly https?: number | undefined } | undefined;
}): readonly (number | undefined)[] {
  return ports === undefined ? [80, 443] : [ports.http, ports.https];
}

function serverProblems(
  address: string | undefined,
  key: string,
  names: readonly (string | undefined)[],
): readonly Problem[] {
  if (address === undefined) return [];
  if (leadsToItself(address)) {
    const message =
      `is ${address}, which every machine resolves to itself: a load balancer would connect to itself. Give the address ` +
      "at which others reach this server.";
    return [{ key, message }];
  }
  const message = `is ${address}, a name of the load balancer, which would connect to itself. Give the server's own address.`;
  return names.includes(address) ? [{ key, message }] : [];
}

function hostProblems(address: string | undefined, key: string): readonly Problem[] {
  const message = `is ${String(address)}, which every machine resolves to itself. Give the address at which others reach this host.`;
  return address !== undefined && leadsToItself(address) ? [{ key, message }] : [];
}
