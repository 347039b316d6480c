import type { Problem } from "../problem.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import { secretCommand } from "./secret-keys.ts";
import type { SecretName } from "./secret-keys.ts";

/**
 * Parts of a certificate in a place that the other parts may be in. Keys written as text get a message that never quotes
 * them, whatever they look like.
 */
export function misplacedCertificates({ tls, loadBalancer }: Mapping): readonly Problem[] {
  const sites = isMapping(loadBalancer) && Array.isArray(loadBalancer.sites) ? (loadBalancer.sites as unknown[]) : [];
  return [
    ...(isMapping(tls) ? [...keyAsText("rancher:tls", tls, "tlsPrivateKey"), ...authorityOnHost(tls)] : []),
    ...sites.flatMap((site, index) =>
      isMapping(site) ? keyAsText(`rancher:loadBalancer.sites[${index}]`, site, "sitePrivateKeys") : [],
    ),
  ];
}

function keyAsText(key: string, { privateKey }: Mapping, secret: SecretName): readonly Problem[] {
  // Whole PEM text is known to be a secret, and has a message of its own.
  if (typeof privateKey !== "string" || privateKey.includes("PRIVATE KEY-----")) return [];
  const message =
    "is text. A key on the load balancer's hosts is written { onHost: /path/there }; the key of a certificate from here is " +
    `a secret: ${secretCommand(secret)}`;
  return [{ key: `${key}.privateKey`, message }];
}

function authorityOnHost({ caCertificate }: Mapping): readonly Problem[] {
  if (!isMapping(caCertificate)) return [];
  const message =
    "is a file on a host, but the CA's certificate also goes into the cluster, where agents get it from. Give PEM text or " +
    "the path of a file here.";
  return [{ key: "rancher:tls.caCertificate", message }];
}
