import { X509Certificate } from "node:crypto";
import { limits } from "../stack-file/fields/limits.ts";

/** More than the 64 characters that RFC 5280 allows a common name. */
const longestName = 128;

const block = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g;

/** The certificates of a PEM text, in order, or why it cannot be used. */
export type PemCertificates =
  | { readonly certificates: readonly X509Certificate[]; readonly fault?: undefined }
  | { readonly certificates: readonly []; readonly fault: string };

/**
 * Reads every certificate of a PEM text. Ignores text around the blocks, which openssl prints.
 *
 * @param secret key of the secret that holds the private key, for messages.
 */
export function readCertificates(text: string, secret = "rancher:tlsPrivateKey"): PemCertificates {
  const fault = (message: string) => ({ certificates: [], fault: message }) as const;
  if (/PRIVATE KEY-----/.test(text))
    return fault(
      `holds a private key beside the certificate. Keep the key out of it; it belongs in the secret ${secret}.`,
    );
  const blocks = [...text.matchAll(block)];
  const other = blocks.find(([, label]) => !label?.endsWith("CERTIFICATE"));
  if (other !== undefined)
    return fault(`holds a block of the kind ${other[1] ?? ""}, not a certificate. Leave it out.`);
  if (blocks.length === 0)
    return fault(
      text.includes("-----BEGIN")
        ? "holds a PEM block that is cut off. Copy the whole of it, from BEGIN to END."
        : "holds no PEM certificate. A binary one is converted with: openssl x509 -inform der -in FILE",
    );
  if (blocks.length > limits.certificates)
    return fault(`holds ${blocks.length} certificates. Give ${limits.certificates} at most.`);
  const certificates: X509Certificate[] = [];
  for (const [index, [pem]] of blocks.entries()) {
    try {
      certificates.push(new X509Certificate(pem));
    } catch {
      return fault(`holds a PEM block that cannot be read, number ${index + 1} of ${blocks.length}. Copy it again.`);
    }
  }
  return { certificates };
}

/** The certificates of a PEM text without byte order mark, carriage returns and the text around them. */
export function rewriteCertificates(text: string): string {
  const { certificates, fault } = readCertificates(text);
  return fault === undefined ? writeCertificates(certificates) : `${text.trim()}\n`;
}

export function writeCertificates(certificates: readonly X509Certificate[]): string {
  return certificates.map((certificate) => certificate.toString()).join("");
}

/**
 * A certificate's name in messages: its common name, else its first subject alternative name, else its subject, else
 * its serial number.
 */
export function certificateName(certificate: X509Certificate): string {
  const { common, whole } = namesIn(certificate.subject);
  const [alternative] = (certificate.subjectAltName ?? "").split(", ");
  return quoted(common || alternative?.replace(/^[A-Za-z ]+:/, "") || whole || certificate.serialNumber);
}

export function issuerName(certificate: X509Certificate): string {
  const { common, whole } = namesIn(certificate.issuer);
  return quoted(common || whole || "unnamed");
}

/** The names in a certificate come from outside and can have any length. */
function quoted(name: string): string {
  return JSON.stringify(name.length > longestName ? `${name.slice(0, longestName)}...` : name);
}

/** The common name in a distinguished name, and the whole name on one line. */
function namesIn(distinguished: string | undefined): { readonly common: string | undefined; readonly whole: string } {
  const lines = (distinguished ?? "").split("\n").filter((line) => line !== "");
  return { common: lines.find((line) => line.startsWith("CN="))?.slice(3), whole: lines.join(", ") };
}
