import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { CertificateFiles } from "../listener.ts";

/** Folder of all certificates that the load balancer serves; readable by root only. */
export const certificateFolder = "/etc/nginx/tls";

/** Name of Rancher's own certificate, which no site may have. */
export const rancherCertificate = "rancher";

/** The private key, PEM, of a certificate from the stack, by the certificate's name. */
export type PrivateKeyOf = (certificate: string) => pulumi.Input<string>;

/** A certificate a balancer serves, and where it comes from. */
export type BalancerCertificate = {
  /** Unique on its balancer, used in paths and names of secrets: lower-case letters, digits and dashes. */
  readonly name: string;
  /** Name clients ask for; the certificate has to cover it. */
  readonly hostname: string;
} & (CertificateFromStack | CertificateOnHost);

/** Sent with the script: the chain in its text, the key on standard input. */
export interface CertificateFromStack {
  readonly from: "stack";
  /** Leaf first, then intermediates, PEM. Changing it reloads nginx; no connection is dropped. */
  readonly chain: string;
  /** PEM, without a password. */
  readonly privateKey: pulumi.Input<string>;
}

/** Files that are already on every host and are renewed by others. They never leave the host. */
export interface CertificateOnHost {
  readonly from: "host";
  /** Path of the leaf, optionally followed by intermediates, PEM. */
  readonly certificate: string;
  /** Path of the intermediates, if `certificate` does not contain them. */
  readonly chain?: string;
  /** Path of the private key, PEM, without a password. */
  readonly privateKey: string;
  /** Changing it makes the next run read the files again, for hosts without the systemd watch. @default 0 */
  readonly renewal?: number;
}

/** What decides where the files of a certificate are; `generated` on the host by this program. */
export type PlacedCertificate = Pick<BalancerCertificate, "name"> &
  (Pick<CertificateFromStack, "from" | "chain"> | { readonly from: "host" | "generated" });

/**
 * Paths from which nginx reads a certificate. One from the stack is in a folder named after its digest: a renewal
 * changes the configuration, and the previous files stay until the new configuration is live. One that is already on
 * the host is reached through a symbolic link with a fixed name, so that a renewal by others does not change the
 * configuration.
 */
export function certificateFiles(certificate: PlacedCertificate): CertificateFiles {
  const folder = `${certificateFolder}/${folderName(certificate)}`;
  return { certificate: `${folder}/chain.pem`, privateKey: `${folder}/key.pem` };
}

/** The certificate's folder, or the link to it, in `certificateFolder`. */
export function folderName(certificate: PlacedCertificate): string {
  if (certificate.from !== "stack") return certificate.name;
  return `${certificate.name}.${createHash("sha256").update(certificate.chain).digest("hex").slice(0, 16)}`;
}
