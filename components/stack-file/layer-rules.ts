import { isIP } from "node:net";
import type { Problem } from "../problem.ts";
import { balancerHosts, layerOf, nginxBalancer, ownBalancer } from "./parsed-balancer.ts";
import type { ParsedNginx } from "./parsed-balancer.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import type { Parsed, StackFile } from "./schema.ts";

/** Options of the load balancer that do nothing at layer 4, where nginx never sees HTTP. */
const layer7Only = ["versionAccess", "sites", "nginx.http2", "nginx.gzip", "nginx.hsts", "nginx.maxBodySize"];

/** Options of one way to run nginx that do nothing with the other. */
const runAsOnly = { host: "package", container: "image" } as const;

/**
 * What belongs to the other layer, or to the other way to run nginx. An option without effect is refused: whoever wrote
 * it assumes that it has one.
 *
 * @param values the stack file as written: a draft has defaults in it, which nobody wrote.
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

/** What belongs to the other way to run nginx. */
export function runAsProblems(nginx: ParsedNginx | undefined, values: Mapping): readonly Problem[] {
  if (nginx?.runAs === undefined) return [];
  const [other, here] =
    nginx.runAs === "host" ? (["container", "package of the host"] as const) : (["host", "container"] as const);
  if (!isGiven(values.loadBalancer, [runAsOnly[other]])) return [];
  const message = `belongs to runAs: ${other}, and nginx runs as a ${here}. Leave it out, or choose runAs: ${other}.`;
  return [{ key: `rancher:loadBalancer.${runAsOnly[other]}`, message }];
}

/** HAProxy is the second implementation, for layer 4 alone. */
export function haproxyLayerProblems({ loadBalancer }: Mapping): readonly Problem[] {
  if (!isMapping(loadBalancer) || loadBalancer.kind !== "haproxy" || loadBalancer.layer !== 7) return [];
  const message = "is 7, but here HAProxy passes TLS through and never ends it. Choose layer: 4, or kind: nginx.";
  return [{ key: "rancher:loadBalancer.layer", message }];
}

/** TLS that ends in the cluster takes no files that lie on the balancer's hosts. */
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
        `is ${tls.source}, whose certificate is made in the cluster, but at layer 7 TLS ends at nginx. Choose source: secret, ` +
        "with your own certificate, or rancher:loadBalancer.layer 4.",
    });
  if (given("upstreamPorts.https"))
    problems.push({
      key: "rancher:loadBalancer.upstreamPorts.https",
      message:
        "belongs to layer 4: layer 7 goes on in plain HTTP, because the ingress controller's own certificate could not be " +
        "verified. Leave it out; upstreamPorts.http is the port used.",
    });
  if (loadBalancer !== undefined && "proxyProtocol" in loadBalancer && loadBalancer.proxyProtocol === true)
    problems.push({
      key: "rancher:loadBalancer.proxyProtocol",
      message:
        "belongs to layer 4: at layer 7 nginx speaks HTTP, and X-Forwarded-For tells the clients' addresses. Leave it out.",
    });
  return problems;
}

/** The ingress controller trusts forwarded headers and the PROXY protocol from addresses, never from names. */
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
    const message = `is the name ${address}, but ${why} the ingress controller is told to trust what comes from this host's IP address. ${remedy}`;
    return [{ key: `rancher:loadBalancer.hosts[${index}].${field}`, message }];
  });
}

/** A host reaches a server of the other IP version from an address the ingress controller was not told. */
function otherFamily(
  host: { readonly key: string; readonly address: string; readonly family: number },
  { cluster }: Parsed<StackFile>,
): readonly Problem[] {
  const servers = cluster?.servers ?? [];
  const index = servers.findIndex((server) => ![0, host.family].includes(isIP(server?.address ?? "")));
  if (index < 0) return [];
  const message =
    `is ${host.address}, but rancher:cluster.servers[${index}].address is ${String(servers[index]?.address)}, of the other ` +
    "IP version: there the ingress controller sees an address it was not told to trust. Give both at the same version.";
  return [{ key: host.key, message }];
}

/** Whether somebody wrote a value there; an empty list is as good as nothing, but for `versionAccess`, where it is nobody. */
function isGiven(value: unknown, [head, ...rest]: readonly string[]): boolean {
  if (head === undefined || !isMapping(value) || !Object.hasOwn(value, head)) return false;
  const inner = value[head];
  if (rest.length > 0) return isGiven(inner, rest);
  return head === "versionAccess" || !Array.isArray(inner) || inner.length > 0;
}
