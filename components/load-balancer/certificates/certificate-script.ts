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

/** What nginx-certificates.sh reads, except `tls`; and `certificate_renewals`. */
export function certificateValues(certificates: readonly BalancerCertificate[]): ShellValues {
  const chains = certificates.flatMap((certificate) =>
    certificate.from === "stack" ? [[`chain_${shellName(certificate)}`, certificate.chain] as const] : [],
  );
  return {
    certificates: certificateLines(certificates),
    // Not read: a change of it changes the script, which then runs again and reads the renewed files.
    certificate_renewals: certificates.flatMap((certificate) =>
      certificate.from === "host" && certificate.renewal ? [`${certificate.name}=${certificate.renewal}`] : [],
    ),
    ...Object.fromEntries(chains),
  };
}

/** The lines of `certificates`, as nginx-certificates.sh describes them. */
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
