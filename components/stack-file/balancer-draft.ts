import type { AnyDraft } from "./forms.ts";
import type { Draft, StackFile } from "./schema.ts";

type LoadBalancer = NonNullable<Draft<StackFile>["loadBalancer"]>;

/** What a load balancer of ours says, whichever program does the work; holes where something was missing or wrong. */
export type BalancerDraft = Extract<LoadBalancer, { readonly kind?: "haproxy" | undefined }>;
export type NginxDraft = Extract<LoadBalancer, { readonly kind?: "nginx" | undefined }>;

/** The load balancer of ours; also where its kind is misspelt, so that the rest is judged all the same. */
export function ownBalancer({ loadBalancer }: Draft<StackFile>): BalancerDraft | NginxDraft | undefined {
  return loadBalancer !== undefined && isOwn(loadBalancer) ? loadBalancer : undefined;
}

function isOwn(balancer: LoadBalancer): balancer is BalancerDraft | NginxDraft {
  return balancer.kind !== "external" && balancer.kind !== "none";
}

export function nginxBalancer({ loadBalancer }: AnyDraft): NginxDraft | undefined {
  return loadBalancer?.kind === "nginx" ? loadBalancer : undefined;
}

/** The load balancer's hosts. */
export function balancerHosts(draft: Draft<StackFile>) {
  return ownBalancer(draft)?.hosts ?? [];
}

/** Where TLS ends: 7 at the balancer, 4 in the cluster; not known when the key is wrong. */
export function layerOf(draft: Draft<StackFile>, faulty: ReadonlySet<string>): 4 | 7 | undefined {
  const known = ["rancher:loadBalancer", "rancher:loadBalancer.kind", "rancher:loadBalancer.layer"];
  if (draft.loadBalancer === undefined || known.some((key) => faulty.has(key))) return undefined;
  return nginxBalancer(draft)?.layer ?? 4;
}
