import type { Problem } from "../problem.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import type { Unsupported } from "./unsupported.ts";

/** Choices that a cluster has and a single node does not, each with its reason. */
export function otherWaysOfClusters({ loadBalancer, tls }: Mapping): Unsupported {
  const problems: Problem[] = [];
  const report = (key: string, message: string) => problems.push({ key: `rancher:${key}`, message });
  if (isMapping(loadBalancer)) {
    const { kind, layer } = loadBalancer;
    if (kind === "haproxy")
      report(
        "loadBalancer.kind",
        "is haproxy, which passes TLS through, but on a single node TLS ends before Rancher. Choose nginx.",
      );
    if (kind === "external")
      report(
        "loadBalancer.kind",
        "is external: a balancer of somebody else's before a single node is not known here. Choose nginx and let that " +
          "balancer pass TLS on to it, or none.",
      );
    if (layer === 4)
      report(
        "loadBalancer.layer",
        "is 4, where nginx passes TLS through, but on a single node TLS ends at nginx: Rancher's container would serve a " +
          "certificate of its own. Leave it out.",
      );
  }
  const later = isMapping(tls) && tls.source === "letsEncrypt";
  if (later)
    report(
      "tls.source",
      "is letsEncrypt, which comes with a later release on a single node. Choose generated, a CA made on the host, " +
        "or secret, with your own certificate.",
    );
  return { problems, skipped: later ? ["tls"] : [] };
}

/** Without nginx nothing but Rancher's own certificate is possible, so nobody has to say so. */
export function withDefaultTls(values: Mapping): Mapping {
  const alone = isMapping(values.loadBalancer) && values.loadBalancer.kind === "none";
  return alone && values.tls === undefined ? { ...values, tls: { source: "rancher" } } : values;
}
