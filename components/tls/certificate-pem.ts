import { X509Certificate } from "node:crypto";

const block = /-----BEGIN ([A-Z0-9 ]+)-----[^-]*-----END \1-----/g;

/** What PEM text holds: its certificates in order, or what is wrong with the text. */
export type PemCertificates =
  | { readonly certificates: readonly X509Certificate[]; readonly fault?: undefined }
  | { readonly certificates: readonly []; readonly fault: string };

/**
 * Reads every certificate of a PEM text. Text around the blocks is let through, as openssl prints it.
 *
 * @param secret the key under which a private key would have been right.
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

/** Writes the certificates of a PEM text anew: no byte order mark, carriage return or text around them. */
export function rewriteCertificates(text: string): string {
  const { certificates, fault } = readCertificates(text);
  return fault === undefined ? certificates.map((certificate) => certificate.toString()).join("") : `${text.trim()}\n`;
}

/** A certificate as messages name it: its common name, else its first subject alternative name, else its serial number. */
export function certificateName(certificate: X509Certificate): string {
  const [alternative] = (certificate.subjectAltName ?? "").split(", ");
  return quoted(certificate.subject, alternative?.replace(/^[A-Za-z ]+:/, "") || certificate.serialNumber);
}

export function issuerName(certificate: X509Certificate): string {
  return quoted(certificate.issuer, "unnamed");
}

function quoted(subject: string | undefined, otherwise: string): string {
  const lines = (subject ?? "").split("\n").filter((line) => line !== "");
  const common = lines.find((line) => line.startsWith("CN="))?.slice(3);
  return JSON.stringify(common ?? (lines.length === 0 ? otherwise : lines.join(", ")));
}
