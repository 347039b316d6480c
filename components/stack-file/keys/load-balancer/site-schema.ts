import { z } from "zod";
import { checkSiteHostname, checkSiteName, checkUpstream } from "./balancer-fields.ts";
import { keyOnHosts, pemAnywhere } from "../tls/certificate-schema.ts";
import { list, text } from "../../fields/text-field.ts";

/** One of `loadBalancer.sites`. */
export const site = z
  .strictObject({
    name: text(checkSiteName, {
      description: "Name of the site in the configuration and its logs. A new name means a new site.",
      example: "wiki",
    }),
    hostname: text(checkSiteHostname, { description: "DNS name of the site.", example: "wiki.example.com" }),
    upstreams: list(
      text(checkUpstream, { description: "Where its requests go, plain HTTP.", example: "192.0.2.31:8080" }),
    )
      .min(1)
      .meta({
        description: "Where its requests go: host and port, plain HTTP. nginx resolves a name again while it runs.",
        examples: ["[192.0.2.31:8080]"],
      }),
    certificate: pemAnywhere({
      description:
        "Certificate for that name, followed by intermediates: PEM text, a local path (its key is in the secret " +
        "`sitePrivateKeys`), or a file on the load balancer's hosts.",
      example: "certificates/wiki.pem",
    }),
    chain: pemAnywhere({
      description: "Intermediates, if `certificate` does not contain them; from the same place.",
      example: "certificates/intermediate.pem",
    }).optional(),
    privateKey: keyOnHosts.optional(),
  })
  .meta({
    examples: [
      "{ name: wiki, hostname: wiki.example.com, upstreams: [192.0.2.31:8080], certificate: certificates/wiki.pem }",
    ],
  });
