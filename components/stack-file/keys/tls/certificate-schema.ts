import { z } from "zod";
import { checkHostPath } from "../load-balancer/balancer-fields.ts";
import type { FieldCheck } from "../../fields/network-fields.ts";
import { limits } from "../../fields/limits.ts";
import { text } from "../../fields/text-field.ts";
import type { FieldDescription } from "../../fields/text-field.ts";

const pem: FieldCheck = (value) =>
  value.trim() === "" ? "is empty. Give PEM text or the path of a PEM file." : undefined;

const pemForm = { longest: limits.pem, lines: true };

const onHost = text(checkHostPath, {
  description:
    "Absolute path on every host of the load balancer. Checked there, never uploaded, reloaded when it changes.",
  example: "/etc/ssl/rancher/fullchain.pem",
});

/** A local certificate: PEM text, or the path of a file. */
export const pemHere = (field: FieldDescription) => text(pem, field, pemForm);

/** A local certificate, or one that is already on the balancer's hosts. */
export const pemAnywhere = ({ description, example }: FieldDescription) =>
  z
    .union([z.strictObject({ onHost }), text(pem, { description: "PEM text or the path of a PEM file." }, pemForm)])
    .meta({ description, ...(example === undefined ? {} : { examples: [example] }) });

/** The key of a certificate on the balancer's hosts. Any other key is a secret. */
export const keyOnHosts = z.strictObject({ onHost }).meta({
  description:
    "Private key of a certificate that is on the load balancer's hosts, as a path there. Any other key is a secret.",
  examples: ["{ onHost: /etc/ssl/rancher/key.pem }"],
});
