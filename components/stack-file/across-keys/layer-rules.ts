import { isIP } from "node:net";
import type { Problem } from "../../program/problem.ts";
import { balancerHosts, layerOf, ownBalancer } from "../keys/load-balancer/parsed-balancer.ts";
import { isMapping } from "../reading/mapping.ts";
import type { Mapping } from "../reading/mapping.ts";
import type { HighAvailabilityFile } from "../high-availability-schema.ts";
import type { Parsed } from "../reading/parsed.ts";

/** What does not fit the layer, beyond keys of the other layer: those have a condition in the schema. */
export function layerProblems(parsed: Parsed<HighAvailabilityFile>, invalid: ReadonlySet<string>): readonly Problem[] {
  const layer = layerOf(parsed, invalid);
  return [
    ...(layer === 4 ? onHostProblems(parsed) : []),
    ...(layer === 7 ? sourceProblems(parsed) : []),
    ...trustProblems(parsed, layer),
  ];
}

/** HAProxy is supported only at layer 4. */
export function haproxyLayerProblems({ loadBalancer }: Mapping): readonly Problem[] {
  if (!isMapping(loadBalancer) || loadBalancer.kind !== "haproxy" || loadBalancer.layer !== 7) return [];
  const message = "is 7, but HAProxy only passes TLS through here. Choose layer: 4, or kind: nginx.";
  return [{ key: "rancher:loadBalancer.layer", message }];
}

/** TLS that ends in the cluster cannot use files on the balancer's hosts. */
function onHostProblems({ tls }: Parsed<HighAvailabilityFile>): readonly Problem[] {
  if (tls?.source !== "secret") return [];
  return (["certificate", "chain", "privateKey"] as const).flatMap((part) =>
    typeof tls[part] === "object"
      ? {
          key: `rancher:tls.${part}`,
          message:
            "is a file on the load balancer's hosts, but TLS ends in the cluster. Give the certificate from here, with its " +
            "key in the secret rancher:tlsPrivateKey, or choose kind: nginx with layer: 7.",
        }
      : [],
  );
}

function sourceProblems({ tls }: Parsed<HighAvailabilityFile>): readonly Problem[] {
  if (tls?.source === undefined || tls.source === "secret") return [];
  const message =
    `is ${tls.source}, whose certificate is issued in the cluster, but at layer 7 TLS ends at nginx. Choose source: secret, ` +
    "with your own certificate, or rancher:loadBalancer.layer 4.";
  return [{ key: "rancher:tls.source", message }];
}

/** The ingress controller trusts forwarded headers and the PROXY protocol only from addresses, not from names. */
function trustProblems(parsed: Parsed<HighAvailabilityFile>, layer: 4 | 7 | undefined): readonly Problem[] {
  const balancer = ownBalancer(parsed);
  const proxyProtocol = balancer?.proxyProtocol === true && layer !== 7;
  if (layer !== 7 && !proxyProtocol) return [];
  const why = layer === 7 ? "at layer 7" : "with proxyProtocol";
  return balancerHosts(parsed).flatMap((host, index) => {
    const field = host?.privateAddress === undefined ? "address" : "privateAddress";
    const address = host?.[field];
    if (address === undefined) return [];
    const family = isIP(address);
    if (family !== 0)
      return otherFamily({ key: `rancher:loadBalancer.hosts[${index}].${field}`, address, family }, parsed);
    const remedy = field === "address" ? "Write its IP address, here or as privateAddress." : "Write an IP address.";
    const message = `is the name ${address}, but ${why} the ingress controller is configured to trust this host's IP address. ${remedy}`;
    return [{ key: `rancher:loadBalancer.hosts[${index}].${field}`, message }];
  });
}

/** A host reaches a server of the other IP version from an address that the ingress controller does not trust. */
function otherFamily(
  host: { readonly key: string; readonly address: string; readonly family: number },
  { cluster }: Parsed<HighAvailabilityFile>,
): readonly Problem[] {
  const servers = cluster?.servers ?? [];
  const index = servers.findIndex((server) => ![0, host.family].includes(isIP(server?.address ?? "")));
  if (index < 0) return [];
  const message =
    `is ${host.address}, but rancher:cluster.servers[${index}].address is ${String(servers[index]?.address)}, of the other ` +
    "IP version: its ingress controller would see an address it does not trust. Use the same version for both.";
  return [{ key: host.key, message }];
}
