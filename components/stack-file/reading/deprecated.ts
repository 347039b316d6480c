import type { Problem } from "../../program/problem.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";

/** `tls=external` at layer 4, where it is wrong. */
const externalAtLayer4 =
  "is external, which fits a balancer that terminates TLS. At layer 4 nginx passes TLS through, so the Ingress " +
  "needs the certificate; otherwise browsers get the ingress controller's default certificate, and Rancher " +
  "redirects forever. Choose rancher:tls.source rancher, letsEncrypt or secret; or let nginx terminate TLS, with " +
  "rancher:loadBalancer.layer 7 and your own certificate.";

/** `tls=external` at layer 7, where it is implied. */
const externalByLayer =
  "is external, the chart's value for TLS that ends in front of the cluster. It follows from " +
  "rancher:loadBalancer.layer 7. Leave it out, and write where the certificate comes from: rancher:tls.source " +
  "secret.";

/** The chart value `privateCA`. */
const privateCA =
  "is a flag of the Rancher chart that guides set together with a secret tls-ca. Here it follows from the " +
  "certificate; alone it would leave the pods waiting for that secret. Leave it out, and give the root of a " +
  "private CA as rancher:tls.caCertificate with rancher:tls.source secret.";

const ingress =
  "is ingress, the chart's value for TLS that ends in the cluster. It follows from rancher:loadBalancer.layer 4. " +
  "Write where the certificate comes from: { source: rancher }.";

/** Reports flags from older guides, wherever they are written, with their own messages instead of type errors. */
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
