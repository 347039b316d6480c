import type { AnyParsed } from "../../reading/parsed-file.ts";
import type { HighAvailabilityFile } from "../../high-availability-schema.ts";
import type { Parsed } from "../../reading/parsed.ts";

type LoadBalancer = NonNullable<Parsed<HighAvailabilityFile>["loadBalancer"]>;

/** A parsed nginx or HAProxy load balancer. Missing or invalid parts are undefined. */
export type ParsedBalancer = Extract<LoadBalancer, { readonly kind?: "haproxy" | undefined }>;
export type ParsedNginx = Extract<LoadBalancer, { readonly kind?: "nginx" | undefined }>;

/** The load balancer, if it is ours. One with a misspelt kind counts too, so that the rest is still checked. */
export function ownBalancer({ loadBalancer }: Parsed<HighAvailabilityFile>): ParsedBalancer | ParsedNginx | undefined {
  return loadBalancer !== undefined && isOwn(loadBalancer) ? loadBalancer : undefined;
}

function isOwn(balancer: LoadBalancer): balancer is ParsedBalancer | ParsedNginx {
  return balancer.kind !== "external" && balancer.kind !== "none";
}

export function nginxBalancer({ loadBalancer }: AnyParsed): ParsedNginx | undefined {
  return loadBalancer?.kind === "nginx" ? loadBalancer : undefined;
}

/** The load balancer's hosts. */
export function balancerHosts(parsed: Parsed<HighAvailabilityFile>) {
  return ownBalancer(parsed)?.hosts ?? [];
}

/** Where TLS ends: 7 at the balancer, 4 in the cluster. Undefined if a relevant key is invalid. */
export function layerOf(parsed: Parsed<HighAvailabilityFile>, invalid: ReadonlySet<string>): 4 | 7 | undefined {
  const known = ["rancher:loadBalancer", "rancher:loadBalancer.kind", "rancher:loadBalancer.layer"];
  if (parsed.loadBalancer === undefined || known.some((key) => invalid.has(key))) return undefined;
  return nginxBalancer(parsed)?.layer ?? 4;
}
