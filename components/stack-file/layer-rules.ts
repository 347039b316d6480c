import { isIP } from "node:net";
import type { Problem } from "../problem.ts";
import { balancerHosts, layerOf, nginxBalancer, ownBalancer } from "./parsed-balancer.ts";
import type { ParsedNginx } from "./parsed-balancer.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import type { Parsed, StackFile } from "./schema.ts";

/** Options of the load balancer without effect at layer 4, where nginx never sees HTTP. */
const layer7Only = ["versionAccess", "sites", "nginx.http2", "nginx.gzip", "nginx.hsts", "nginx.maxBodySize"];

/** Options that have an effect with only one value of `runAs`. */
const runAsOnly = { host: "package", container: "image" } as const;

/**
 * Options that belong to the other layer, or to the other value of `runAs`. An option without effect is rejected,
 * because its author expects one.
 *
 * @param values the stack file as written, without the defaults that parsing adds.
 */
export function layerProblems(
  parsed: Parsed<StackFile>,
  values: Mapping,
  invalid: ReadonlySet<string>,
): readonly Problem[] {
  const given = (path: string) => isGiven(values.loadBalancer, path.split("."));
  const problems: Problem[] = [];
  const report = (path: string, message: string) => problems.push({ key: `rancher:${path}`, message });
  const layer = layerOf(parsed, invalid);
  const nginx = nginxBalancer(parsed);
  if (layer === 4 && nginx !== undefined)
    for (const path of layer7Only.filter(given))
      report(
        `loadBalancer.${path}`,
        "belongs to layer 7: at layer 4 nginx passes TLS through and sees no requests. Leave it out, or choose layer: 7.",
      );
  if (layer === 4) problems.push(...onHostProblems(parsed));
  if (layer === 7) problems.push(...terminationProblems(parsed, given));
  return [...problems, ...runAsProblems(nginx, values), ...trustProblems(parsed, layer)];
}

/** Options that belong to the other value of `runAs`. */
export function runAsProblems(nginx: ParsedNginx | undefined, values: Mapping): readonly Problem[] {
  if (nginx?.runAs === undefined) return [];
  const [other, here] =
    nginx.runAs === "host" ? (["container", "package of the host"] as const) : (["host", "container"] as const);
  if (!isGiven(values.loadBalancer, [runAsOnly[other]])) return [];
  const message = `belongs to runAs: ${other}, and nginx runs as a ${here}. Leave it out, or choose runAs: ${other}.`;
  return [{ key: `rancher:loadBalancer.${runAsOnly[other]}`, message }];
}

/** HAProxy is supported only at layer 4. */
export function haproxyLayerProblems({ loadBalancer }: Mapping): readonly Problem[] {
  if (!isMapping(loadBalancer) || loadBalancer.kind !== "haproxy" || loadBalancer.layer !== 7) return [];
  const message = "is 7, but HAProxy only passes TLS through here. Choose layer: 4, or kind: nginx.";
  return [{ key: "rancher:loadBalancer.layer", message }];
}

/** TLS that ends in the cluster cannot use files on the balancer's hosts. */
function onHostProblems({ tls }: Parsed<StackFile>): readonly Problem[] {
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

function terminationProblems({ tls, loadBalancer }: Parsed<StackFile>, given: (path: string) => boolean): Problem[] {
  const problems: Problem[] = [];
  if (tls !== undefined && tls.source !== undefined && tls.source !== "secret")
    problems.push({
      key: "rancher:tls.source",
      message:
        `is ${tls.source}, whose certificate is issued in the cluster, but at layer 7 TLS ends at nginx. Choose source: secret, ` +
        "with your own certificate, or rancher:loadBalancer.layer 4.",
    });
  if (given("upstreamPorts.https"))
    problems.push({
      key: "rancher:loadBalancer.upstreamPorts.https",
      message:
        "belongs to layer 4: layer 7 uses plain HTTP to the ingress controller, whose default certificate cannot " +
        "be verified. Leave it out; upstreamPorts.http is the port used.",
    });
  if (loadBalancer !== undefined && "proxyProtocol" in loadBalancer && loadBalancer.proxyProtocol === true)
    problems.push({
      key: "rancher:loadBalancer.proxyProtocol",
      message: "belongs to layer 4: at layer 7 nginx sends the clients' addresses in X-Forwarded-For. Leave it out.",
    });
  return problems;
}

/** The ingress controller trusts forwarded headers and the PROXY protocol only from addresses, not from names. */
function trustProblems(parsed: Parsed<StackFile>, layer: 4 | 7 | undefined): readonly Problem[] {
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
  { cluster }: Parsed<StackFile>,
): readonly Problem[] {
  const servers = cluster?.servers ?? [];
  const index = servers.findIndex((server) => ![0, host.family].includes(isIP(server?.address ?? "")));
  if (index < 0) return [];
  const message =
    `is ${host.address}, but rancher:cluster.servers[${index}].address is ${String(servers[index]?.address)}, of the other ` +
    "IP version: its ingress controller would see an address it does not trust. Use the same version for both.";
  return [{ key: host.key, message }];
}

/**
 * Whether the stack file contains a value. An empty list counts as none, except for `versionAccess`, where it means no
 * network.
 */
function isGiven(value: unknown, [head, ...rest]: readonly string[]): boolean {
  if (head === undefined || !isMapping(value) || !Object.hasOwn(value, head)) return false;
  const inner = value[head];
  if (rest.length > 0) return isGiven(inner, rest);
  return head === "versionAccess" || !Array.isArray(inner) || inner.length > 0;
}
