import { z } from "zod";
import { keyOnHosts, pemAnywhere, pemHere } from "./certificate-schema.ts";
import { checkEmail } from "../../fields/network-fields.ts";
import { text } from "../../fields/text-field.ts";

/** `source: secret`. */
export const ownCertificate = z.strictObject({
  source: z.literal("secret").meta({
    description: "Your own certificate; its key is the secret `tlsPrivateKey`. The only source for layer 7.",
  }),
  certificate: pemAnywhere({
    description:
      "The certificate for `hostname`, ECDSA or RSA of 2048 bits and more; intermediates may follow it. PEM text, " +
      "a local path, or at layer 7 a file on the load balancer's hosts. Renewing it drops no connection.",
    example: "certificates/rancher.pem",
  }),
  chain: pemAnywhere({
    description: "Intermediates, if `certificate` does not contain them; from the same place.",
    example: "certificates/intermediate.pem",
  }).optional(),
  privateKey: keyOnHosts.optional(),
  caCertificate: pemHere({
    description: "Root of a private CA, PEM text or a local path. Leave it out if a public CA signed.",
  }).optional(),
});

const additionalTrustedCAs = pemHere({
  description:
    "Certificates of additional CAs that Rancher trusts, for example of a proxy or registry: one or more, PEM " +
    "text or a local path. Creates the secret `tls-ca-additional`; Rancher's pods read a change only when they " +
    "restart.",
  example: "certificates/company-ca.pem",
}).optional();

/** `tls`: where the certificate for the hostname comes from. */
export const tls = z
  .discriminatedUnion("source", [
    z.strictObject({
      source: z.literal("rancher").meta({ description: "Rancher's own CA, through cert-manager. Browsers warn." }),
      additionalTrustedCAs,
    }),
    z.strictObject({
      source: z
        .literal("letsEncrypt")
        .meta({ description: "Let's Encrypt, through cert-manager; needs port 80 from the internet." }),
      email: text(checkEmail, {
        description: "Where Let's Encrypt writes before a certificate expires.",
        example: "ops@example.com",
      }),
      environment: z.enum(["production", "staging"]).default("production").meta({
        description: "`staging` has generous limits and certificates that no browser trusts: for testing.",
      }),
      additionalTrustedCAs,
    }),
    ownCertificate.extend({ additionalTrustedCAs }),
  ])
  .meta({
    description: "Where the certificate for `hostname` comes from.",
    examples: ["{ source: letsEncrypt, email: ops@example.com }"],
  });
