import type { Problem } from "../../program/problem.ts";
import { isMapping } from "../reading/mapping.ts";
import type { Mapping } from "../reading/mapping.ts";
import type { Unsupported } from "../reading/unsupported.ts";

/** Reports choices that exist only in high availability, each with its reason. */
export function clusterOnlyChoices({ loadBalancer, tls }: Mapping): Unsupported {
  const problems: Problem[] = [];
  const report = (key: string, message: string) => problems.push({ key: `rancher:${key}`, message });
  if (isMapping(loadBalancer)) {
    const { kind, layer } = loadBalancer;
    if (kind === "haproxy")
      report(
        "loadBalancer.kind",
        "is haproxy, which passes TLS through, but on a single node TLS ends in front of Rancher. Choose nginx.",
      );
    if (kind === "external")
      report(
        "loadBalancer.kind",
        "is external: a single node does not support an external balancer in front of it. Choose nginx and let " +
          "that balancer pass TLS through to it, or none.",
      );
    if (layer === 4)
      report(
        "loadBalancer.layer",
        "is 4, where nginx passes TLS through, but on a single node TLS ends at nginx: Rancher's container would " +
          "serve its own certificate. Leave it out.",
      );
  }
  const later = isMapping(tls) && tls.source === "letsEncrypt";
  if (later)
    report(
      "tls.source",
      "is letsEncrypt, which comes in a later release on a single node. Choose generated, a CA created on the host, " +
        "or secret, with your own certificate.",
    );
  return { problems, skipped: later ? ["tls"] : [] };
}

/** Without nginx only Rancher's own certificate is possible, so it is the default. */
export function withDefaultTls(values: Mapping): Mapping {
  const alone = isMapping(values.loadBalancer) && values.loadBalancer.kind === "none";
  return alone && values.tls === undefined ? { ...values, tls: { source: "rancher" } } : values;
}
