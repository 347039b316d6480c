import type { X509Certificate } from "node:crypto";
import { orderFault, sortChain } from "./certificate-chain.ts";
import { certificateName, readCertificates } from "./certificate-pem.ts";
import { privateTrustFindings, publicTrustFindings } from "./certificate-trust.ts";
import { keyFault, readPrivateKey } from "./private-key-checks.ts";

/** The parts a user hands in, by the names they have in a stack file; the key is the secret `tlsPrivateKey`. */
export type CertificatePart = "certificate" | "chain" | "caCertificate" | "privateKey";

export interface CertificateFinding {
  readonly about: CertificatePart;
  /** Starts where the part's key ends, as in `Problem`. */
  readonly message: string;
}

export interface CertificateMaterial {
  /** Name the leaf has to cover; not checked when it is not known. */
  readonly hostname?: string | undefined;
  /** PEM: the leaf, perhaps followed by intermediates. */
  readonly certificate?: string | undefined;
  /** PEM: intermediates. */
  readonly chain?: string | undefined;
  /** PEM: the root of a private CA. */
  readonly caCertificate?: string | undefined;
  /** PEM; not checked when its text is not known. */
  readonly privateKey?: string | undefined;
  readonly now: Date;
}

export interface CertificateReport {
  /** What makes the certificate unusable. */
  readonly findings: readonly CertificateFinding[];
  /** What will soon, or may. */
  readonly warnings: readonly CertificateFinding[];
}

const day = 24 * 60 * 60 * 1000;
const serverAuth = "1.3.6.1.5.5.7.3.1";

/** Everything that can be said about a certificate, its chain, its CA and its key without asking anyone. */
export function checkCertificate(material: CertificateMaterial): CertificateReport {
  const findings: CertificateFinding[] = [];
  const warnings: CertificateFinding[] = [];
  const add = (about: CertificatePart, message: string | undefined) => {
    if (message !== undefined) findings.push({ about, message });
  };
  const read = (about: Exclude<CertificatePart, "privateKey">) => {
    const { certificates, fault } = readCertificates(material[about] ?? "");
    if (material[about] === undefined) return [];
    add(about, fault);
    for (const certificate of certificates) {
      add(about, dateFault(certificate, material.now));
      add(about, weakness(certificate));
    }
    return certificates;
  };

  const own = read("certificate");
  const intermediates = read("chain");
  const authorities = read("caCertificate");
  const readable = findings.every(({ message }) => !message.startsWith("holds"));

  const [first, ...rest] = [...own, ...intermediates];
  if (first !== undefined && own.length > 0) {
    const sorted = sortChain([first, ...rest]);
    const [leaf] = sorted.chain;
    if (readable) {
      const disorder = orderFault([first, ...rest], sorted);
      add(rest.length > 0 && leaf === first && intermediates.length > 0 ? "chain" : "certificate", disorder);
      if (sorted.unplaced.length === 0) {
        const { findings: untrusted, warnings: doubtful } =
          material.caCertificate === undefined
            ? publicTrustFindings(sorted.chain)
            : { findings: privateTrustFindings(sorted.chain, authorities), warnings: [] };
        findings.push(...untrusted);
        warnings.push(...doubtful);
      }
    }
    add("certificate", leafFault(leaf, authorities.length === 0));
    add("certificate", material.hostname === undefined ? undefined : hostnameFault(leaf, material.hostname));
    const left = new Date(leaf.validTo).getTime() - material.now.getTime();
    if (left > 0 && left < 30 * day)
      warnings.push({
        about: "certificate",
        message: `runs out on ${date(leaf.validTo)}, in ${Math.floor(left / day)} days.`,
      });
    if (material.privateKey !== undefined) {
      const key = readPrivateKey(material.privateKey);
      add("privateKey", "fault" in key ? key.fault : keyFault(key.key, leaf, [...rest, ...authorities]));
    }
  } else if (material.privateKey !== undefined) {
    const key = readPrivateKey(material.privateKey);
    add("privateKey", "fault" in key ? key.fault : undefined);
  }
  return { findings, warnings };
}

function dateFault(certificate: X509Certificate, now: Date): string | undefined {
  const name = certificateName(certificate);
  if (now > new Date(certificate.validTo))
    return `has expired: ${name} was valid until ${date(certificate.validTo)}. Renew it.`;
  return now < new Date(certificate.validFrom)
    ? `is not valid yet: ${name} begins on ${date(certificate.validFrom)}. Check this machine's clock, or wait.`
    : undefined;
}

function weakness(certificate: X509Certificate): string | undefined {
  const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength;
  return bits !== undefined && bits < 2048
    ? `has a weak key: ${certificateName(certificate)} is RSA with ${bits} bits, and clients refuse less than 2048. Have it made anew.`
    : undefined;
}

/** A self-signed certificate may be its own CA (`openssl req -x509` makes it one); a CA's in place of the leaf may not. */
function leafFault(leaf: X509Certificate, publicCa: boolean): string | undefined {
  const kind = leaf.publicKey.asymmetricKeyType;
  if (kind !== "rsa" && kind !== "ec")
    return `has a key of type ${kind ?? "unknown"}, which browsers do not speak. Use ECDSA or RSA.`;
  if (leaf.keyUsage !== undefined && !leaf.keyUsage.includes(serverAuth))
    return `is not meant for servers: its extended key usage lacks serverAuth. Have one made for a TLS server.`;
  return leaf.ca && publicCa && leaf.issuer !== leaf.subject
    ? "holds only CA certificates. Put the server's own first."
    : undefined;
}

function hostnameFault(leaf: X509Certificate, hostname: string): string | undefined {
  if (leaf.checkHost(hostname, { subject: "never" }) !== undefined) return undefined;
  const names = (leaf.subjectAltName ?? "").split(", ").filter((name) => name !== "");
  if (names.length > 0) {
    const covered = names.map((name) => name.replace(/^[A-Za-z ]+:/, "")).join(", ");
    return `does not cover rancher:hostname ${hostname}; it covers ${covered}. Have one made for that name, or change the hostname.`;
  }
  const common = certificateName(leaf);
  return `names ${common} only in its subject, and clients look at subject alternative names alone. Have one made with ${hostname} there.`;
}

function date(text: string): string {
  return new Date(text).toISOString().slice(0, 10);
}
