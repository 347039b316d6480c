import { createHash } from "node:crypto";
import type * as pulumi from "@pulumi/pulumi";
import type { CertificateFiles } from "./listener.ts";

/** Folder of every certificate a balancer of ours serves; only root may look into it. */
export const certificateFolder = "/etc/nginx/tls";

/** A certificate a balancer serves, and where it comes from. */
export type BalancerCertificate = {
  /** Unique on its balancer, used in paths and names of secrets: lower-case letters, digits and dashes. */
  readonly name: string;
  /** Name clients ask for; the certificate has to cover it. */
  readonly hostname: string;
} & (CertificateFromStack | CertificateOnHost);

/** Travels with the script: the chain in its text, the key on standard input. */
export interface CertificateFromStack {
  readonly from: "stack";
  /** Leaf first, then intermediates, PEM. Changing it reloads nginx; no connection is dropped. */
  readonly chain: string;
  /** PEM, without a password. */
  readonly privateKey: pulumi.Input<string>;
}

/** Is on every host of the balancer already, put there and renewed by others. Never leaves it. */
export interface CertificateOnHost {
  readonly from: "host";
  /** Path of the leaf, perhaps followed by intermediates, PEM. */
  readonly certificate: string;
  /** Path of the intermediates, where `certificate` does not hold them. */
  readonly chain?: string;
  /** Path of the private key, PEM, without a password. */
  readonly privateKey: string;
  /** Changing it has the next run look at the files, where nobody watches them. @default 0 */
  readonly renewal?: number;
}

/**
 * Where nginx finds a certificate. One from the stack lies in a folder named by its digest, so that a renewal is another
 * configuration and the former one stays whole until the new one is live. One that is on the host lies behind a link
 * that keeps its name, as the configuration must not change when others renew it.
 */
export function certificateFiles(certificate: BalancerCertificate): CertificateFiles {
  const folder = `${certificateFolder}/${folderName(certificate)}`;
  return { certificate: `${folder}/chain.pem`, privateKey: `${folder}/key.pem` };
}

/** The certificate's folder, or the link to it, in `certificateFolder`. */
export function folderName(certificate: BalancerCertificate): string {
  if (certificate.from === "host") return certificate.name;
  return `${certificate.name}.${createHash("sha256").update(certificate.chain).digest("hex").slice(0, 16)}`;
}
