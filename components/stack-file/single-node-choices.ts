import type { Problem } from "../problem.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import type { NotThereYet } from "./not-there-yet.ts";

/** Choices that a cluster has and a single node does not, each with its reason. */
export function otherWaysOfClusters({ loadBalancer, tls }: Mapping): NotThereYet {
  const problems: Problem[] = [];
  const say = (key: string, message: string) => problems.push({ key: `rancher:${key}`, message });
  if (isMapping(loadBalancer)) {
    const { kind, layer } = loadBalancer;
    if (kind === "haproxy")
      say(
        "loadBalancer.kind",
        "is haproxy, which passes TLS through, but on a single node TLS ends before Rancher. Choose nginx.",
      );
    if (kind === "external")
      say(
        "loadBalancer.kind",
        "is external: a balancer of somebody else's before a single node is not known here. Choose nginx and let that " +
          "balancer pass TLS on to it, or none.",
      );
    if (layer === 4)
      say(
        "loadBalancer.layer",
        "is 4, where nginx passes TLS through, but on a single node TLS ends at nginx: Rancher's container would serve a " +
          "certificate of its own. Leave it out.",
      );
  }
  const later = isMapping(tls) && tls.source === "letsEncrypt";
  if (later)
    say(
      "tls.source",
      "is letsEncrypt, which comes with a later release on a single node. Choose generated, a CA made on the host, " +
        "or secret, with a certificate of yours.",
    );
  return { problems, settled: later ? ["tls"] : [] };
}

/** Without nginx nothing but Rancher's own certificate is possible, so nobody has to say so. */
export function withDefaultTls(values: Mapping): Mapping {
  const alone = isMapping(values.loadBalancer) && values.loadBalancer.kind === "none";
  return alone && values.tls === undefined ? { ...values, tls: { source: "rancher" } } : values;
}
