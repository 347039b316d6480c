import { z } from "zod";
import { keyOnHosts, pemAnywhere, pemHere } from "./certificate-schema.ts";
import { checkEmail } from "./network-fields.ts";
import { text } from "./text-field.ts";

/** `source: secret`. */
export const certificateOfYours = z.strictObject({
  source: z.literal("secret").meta({
    description: "Your own certificate; its key is the secret `tlsPrivateKey`. Layer 7 takes only this.",
  }),
  certificate: pemAnywhere({
    description:
      "The certificate for `hostname`, ECDSA or RSA of 2048 bits and more; intermediates may follow it. PEM text, the " +
      "path of a file here, or at layer 7 a file on the load balancer's hosts. A renewed one drops no connection.",
    example: "certificates/rancher.pem",
  }),
  chain: pemAnywhere({
    description: "Intermediates, where `certificate` does not hold them; from the same place.",
    example: "certificates/intermediate.pem",
  }).optional(),
  privateKey: keyOnHosts.optional(),
  caCertificate: pemHere({
    description: "Root of a private CA, PEM text or a path here. Leave out where a public CA signed.",
  }).optional(),
});

const additionalTrustedCAs = pemHere({
  description:
    "Certificates of further CAs that Rancher trusts, as your proxy or registry may need: one or more, PEM text " +
    "or a path here. Makes the secret `tls-ca-additional`; Rancher's pods read a changed one when they restart.",
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
        description: "Where Let's Encrypt writes before a certificate runs out.",
        example: "ops@example.com",
      }),
      environment: z.enum(["production", "staging"]).default("production").meta({
        description: "`staging` has generous limits and certificates no browser trusts: for trials.",
      }),
      additionalTrustedCAs,
    }),
    certificateOfYours.extend({ additionalTrustedCAs }),
  ])
  .meta({
    description: "Where the certificate for `hostname` comes from.",
    examples: ["{ source: letsEncrypt, email: ops@example.com }"],
  });
