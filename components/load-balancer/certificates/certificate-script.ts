import type { Input } from "@pulumi/pulumi";
import type { ShellValues } from "../../host/shell/link.ts";
import { folderName } from "./certificate-files.ts";
import type { BalancerCertificate } from "./certificate-files.ts";

/** Name under which the script receives the key of a certificate from the stack; a valid shell variable name. */
export function keySecret(certificate: BalancerCertificate): string {
  return `key_${shellName(certificate)}`;
}

/** The keys that are sent to every host of a load balancer, by those names. */
export function certificateSecrets(certificates: readonly BalancerCertificate[]): Record<string, Input<string>> {
  return Object.fromEntries(
    certificates.flatMap((certificate) =>
      certificate.from === "stack" ? [[keySecret(certificate), certificate.privateKey] as const] : [],
    ),
  );
}

/** What nginx-certificates.sh reads, except `tls`. */
export function certificateValues(certificates: readonly BalancerCertificate[]): ShellValues {
  const chains = certificates.flatMap((certificate) =>
    certificate.from === "stack" ? [[`chain_${shellName(certificate)}`, certificate.chain] as const] : [],
  );
  return {
    certificates: certificateLines(certificates),
    // Changes the script when files are due for renewal, so that it runs again.
    certificate_renewals: certificates.flatMap((certificate) =>
      certificate.from === "host" && certificate.renewal ? [`${certificate.name}=${certificate.renewal}`] : [],
    ),
    ...Object.fromEntries(chains),
  };
}

/** The lines that nginx-certificates.sh describes. */
export function certificateLines(certificates: readonly BalancerCertificate[]): string {
  return certificates.map((certificate) => lineOf(certificate).join("\t")).join("\n");
}

function lineOf(certificate: BalancerCertificate): readonly string[] {
  const start = [certificate.from, folderName(certificate), certificate.hostname];
  if (certificate.from === "stack") return [...start, shellName(certificate)];
  const { certificate: leaf, privateKey, chain } = certificate;
  return [...start, leaf, privateKey, ...(chain === undefined ? [] : [chain])];
}

function shellName({ name }: BalancerCertificate): string {
  return name.replaceAll("-", "_");
}
