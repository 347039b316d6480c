import type { Problem } from "../../../program/problem.ts";
import { isMapping } from "../../reading/mapping.ts";
import type { Mapping } from "../../reading/mapping.ts";
import { secretCommand } from "../secrets/secret-keys.ts";
import type { SecretName } from "../secrets/secret-keys.ts";

/**
 * Parts of a certificate in a place where only other parts may be. Messages about keys written as text never quote
 * them.
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
  // Complete PEM text is a secret and has its own message.
  if (typeof privateKey !== "string" || privateKey.includes("PRIVATE KEY-----")) return [];
  const message =
    "is text. Write { onHost: /path/there } for a key on the load balancer's hosts; the key of a certificate from here is " +
    `a secret: ${secretCommand(secret)}`;
  return [{ key: `${key}.privateKey`, message }];
}

function authorityOnHost({ caCertificate }: Mapping): readonly Problem[] {
  if (!isMapping(caCertificate)) return [];
  const message =
    "is a file on a host, but the CA certificate also goes into the cluster, from which agents get it. Give PEM " +
    "text or the path of a local file.";
  return [{ key: "rancher:tls.caCertificate", message }];
}
