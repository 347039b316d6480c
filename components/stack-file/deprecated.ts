import type { Problem } from "../problem.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";

/** Why `tls=external` was right in the guides it comes from, and is not at layer 4. */
const externalAtLayer4 =
  "is external. Guides for a balancer that ends TLS set that, and were right: there the cluster only sees plain HTTP. At " +
  "layer 4 nginx passes TLS through, so the Ingress has to hold the certificate; without it browsers get the ingress " +
  "controller's own one and Rancher redirects without end. Choose rancher:tls.source rancher, letsEncrypt or secret; or " +
  "have nginx end TLS, with rancher:loadBalancer.layer 7 and your own certificate.";

/** At layer 7 it is right and follows by itself. */
const externalByLayer =
  "is external, the chart's word for TLS that ends before the cluster. That follows from rancher:loadBalancer.layer 7 by " +
  "itself. Leave it out, and write where the certificate comes from: rancher:tls.source secret.";

/** The same for the chart value `privateCA`. */
const privateCA =
  "is a flag of the Rancher chart. Guides set it by hand together with a secret tls-ca; here it follows from the " +
  "certificate. Alone it would leave the pods waiting for that secret. Leave it out, and give the root of a private CA " +
  "as rancher:tls.caCertificate with rancher:tls.source secret.";

const ingress =
  "is ingress, the chart's word for TLS that ends in the cluster. That follows from rancher:loadBalancer.layer 4 by itself. " +
  "Write where the certificate comes from: { source: rancher }.";

/** Flags that older guides set, by the place a user may put them in. Each has a message of its own instead of a type error. */
export function deprecatedProblems(values: Mapping): readonly Problem[] {
  const problems: Problem[] = [];
  const { tls, chartValues, loadBalancer } = values;
  const external = isMapping(loadBalancer) && loadBalancer.layer === 7 ? externalByLayer : externalAtLayer4;
  if (tls === "external") problems.push({ key: "rancher:tls", message: external });
  if (tls === "ingress") problems.push({ key: "rancher:tls", message: ingress });
  if (Object.hasOwn(values, "privateCA")) problems.push({ key: "rancher:privateCA", message: privateCA });
  if (isMapping(tls)) {
    if (tls.source === "external") problems.push({ key: "rancher:tls.source", message: external });
    if (Object.hasOwn(tls, "privateCA")) problems.push({ key: "rancher:tls.privateCA", message: privateCA });
  }
  if (isMapping(chartValues)) {
    if (chartValues.tls === "external") problems.push({ key: "rancher:chartValues.tls", message: external });
    if (Object.hasOwn(chartValues, "privateCA"))
      problems.push({ key: "rancher:chartValues.privateCA", message: privateCA });
  }
  return problems;
}
