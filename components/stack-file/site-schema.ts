import { z } from "zod";
import { checkSiteHostname, checkSiteName, checkUpstream } from "./balancer-fields.ts";
import { keyOnHosts, pemAnywhere } from "./certificate-schema.ts";
import { list, text } from "./text-field.ts";

/** One of `loadBalancer.sites`. */
export const site = z
  .strictObject({
    name: text(checkSiteName, {
      description: "Name of the site in the configuration and its logs. A new name is a new site.",
      example: "wiki",
    }),
    hostname: text(checkSiteHostname, { description: "DNS name clients ask for.", example: "wiki.example.com" }),
    upstreams: list(
      text(checkUpstream, { description: "Where its requests go, plain HTTP.", example: "192.0.2.31:8080" }),
    )
      .min(1)
      .meta({
        description: "Where its requests go: host and port, plain HTTP. A name is looked up again while nginx runs.",
        examples: ["[192.0.2.31:8080]"],
      }),
    certificate: pemAnywhere({
      description:
        "Certificate for that name, intermediates after it: PEM text, the path of a file here (its key is in the secret " +
        "`sitePrivateKeys`), or a file on the load balancer's hosts.",
      example: "certificates/wiki.pem",
    }),
    chain: pemAnywhere({
      description: "Intermediates, where `certificate` does not hold them; from the same place.",
      example: "certificates/intermediate.pem",
    }).optional(),
    privateKey: keyOnHosts.optional(),
  })
  .meta({
    examples: [
      "{ name: wiki, hostname: wiki.example.com, upstreams: [192.0.2.31:8080], certificate: certificates/wiki.pem }",
    ],
  });
