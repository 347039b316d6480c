import { isSelfSigned } from "../../../tls/certificate-chain.ts";
import { certificateName, readCertificates } from "../../../tls/certificate-pem.ts";
import type { Problem } from "../../../program/problem.ts";
import type { ReadFile } from "../../../program/read-file.ts";
import { joinPem, readPem, unreadable } from "./certificate-source.ts";

export interface AdditionalCAs {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** PEM; absent if there are none or they cannot be read. */
  readonly pem?: string;
}

/**
 * Reads a key with the certificates of additional CAs, and checks that it contains only certificates and no private
 * key.
 *
 * @param source PEM text, or the path of a file.
 */
export function checkAdditionalCAs(
  key: string,
  source: string | undefined,
  { readFile, now }: { readonly readFile: ReadFile; readonly now: Date },
): AdditionalCAs {
  if (source === undefined) return { problems: [], warnings: [] };
  const problem = (message: string): AdditionalCAs => ({ problems: [{ key, message }], warnings: [] });
  const text = readPem(source, readFile);
  if (typeof text !== "string") return problem(unreadable(source, text));
  const read = readCertificates(text);
  if (read.fault !== undefined) return problem(read.fault);
  const other = read.certificates.find((certificate) => !certificate.ca && !isSelfSigned(certificate));
  if (other !== undefined)
    return problem(`holds ${certificateName(other)}, which is not a CA certificate. Give the CA that signed it.`);
  const expired = read.certificates.filter((certificate) => new Date(certificate.validTo) <= now);
  const warnings = expired.map((certificate) => ({
    key,
    message: `holds ${certificateName(certificate)}, which expired on ${new Date(certificate.validTo).toISOString().slice(0, 10)}. Nothing it signed is trusted anymore.`,
  }));
  return { problems: [], warnings, pem: joinPem(text) };
}
