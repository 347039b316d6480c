import type { X509Certificate } from "node:crypto";
import { orderFault, sortChain } from "./certificate-chain.ts";
import { limits } from "../stack-file/fields/limits.ts";
import { certificateName, readCertificates } from "./certificate-pem.ts";
import type { CertificateFinding, CertificatePart, CertificateReport } from "./certificate-report.ts";
import { authorityReport, browserTrustWarnings, privateTrustReport, publicTrustReport } from "./certificate-trust.ts";
import { keyFault, readPrivateKey } from "./private-key-checks.ts";

/** Stack-file keys that messages refer to. */
export interface StackFileKeys {
  /** Key of the hostname that the leaf has to cover. */
  readonly hostname: string;
  /** Key of the secret that holds the private key. */
  readonly privateKey: string;
}

const rancherKeys: StackFileKeys = { hostname: "rancher:hostname", privateKey: "rancher:tlsPrivateKey" };

export interface CertificateMaterial {
  /** Hostname the leaf has to cover; not checked if it is unknown. */
  readonly hostname?: string | undefined;
  /** PEM: the leaf, optionally followed by intermediates. */
  readonly certificate?: string | undefined;
  /** PEM: intermediates. */
  readonly chain?: string | undefined;
  /** PEM: the root of a private CA. */
  readonly caCertificate?: string | undefined;
  /** PEM; not checked if it is unknown. */
  readonly privateKey?: string | undefined;
  readonly now: Date;
  /**
   * Whether agents have to trust it, which requires a public root or a `caCertificate`. Otherwise only browsers do.
   *
   * @default true
   */
  readonly forAgents?: boolean;
  /** @default Rancher's own keys */
  readonly stackFileKeys?: StackFileKeys;
}

const day = 24 * 60 * 60 * 1000;
const longChain = `A chain has ${limits.chain} at most: the server's own and those between it and the root.`;
const namesShown = 8;
const serverAuth = "1.3.6.1.5.5.7.3.1";

/** Checks a certificate, its chain, its CA and its private key offline. */
export function checkCertificate(material: CertificateMaterial): CertificateReport {
  const own = readPart(material, "certificate");
  const intermediates = readPart(material, "chain");
  const authorities = readPart(material, "caCertificate");
  const unreadable = [own, intermediates, authorities].some(({ fault }) => fault !== undefined);
  const alone = authorityReport(authorities.certificates);
  const given = [...own.certificates, ...intermediates.certificates] as const;
  const [first, ...rest] = given;
  const report: Report = {
    findings: [own, intermediates, authorities].flatMap(({ findings }) => findings),
    warnings: [],
  };
  if (first === undefined || own.fault !== undefined || material.certificate === undefined) {
    add(report, alone);
    report.findings.push(...keyFindings(material.privateKey, undefined, []));
    return report;
  }
  const sorted = sortChain([first, ...rest]);
  const [leaf] = sorted.chain;
  if (unreadable) add(report, alone);
  else {
    const disorder = orderFault([first, ...rest], sorted);
    const about = leaf === first && intermediates.certificates.length > 0 ? "chain" : "certificate";
    if (disorder !== undefined) report.findings.push({ about, message: disorder });
    add(report, sorted.unplaced.length === 0 ? trustReport(material, sorted.chain, authorities.certificates) : alone);
  }
  report.findings.push(...leafFindings(leaf, material));
  report.findings.push(...keyFindings(material.privateKey, leaf, [...rest, ...authorities.certificates]));
  report.warnings.push(...endingSoon(leaf, material.now));
  return report;
}

interface Report {
  readonly findings: CertificateFinding[];
  readonly warnings: CertificateFinding[];
}

interface Part {
  readonly certificates: readonly X509Certificate[];
  readonly fault: string | undefined;
  readonly findings: readonly CertificateFinding[];
}

/** Reads one part, with the problems of each of its certificates. */
function readPart(material: CertificateMaterial, about: Exclude<CertificatePart, "privateKey">): Part {
  const text = material[about];
  if (text === undefined) return { certificates: [], fault: undefined, findings: [] };
  const read = readCertificates(text, material.stackFileKeys?.privateKey);
  const isLong = about !== "caCertificate" && read.certificates.length > limits.chain;
  const fault = isLong ? `holds ${read.certificates.length} certificates. ${longChain}` : read.fault;
  const certificates = isLong ? [] : read.certificates;
  if (fault !== undefined) return { certificates, fault, findings: [{ about, message: fault }] };
  const messages = certificates.flatMap((certificate) => [dateFault(certificate, material.now), weakness(certificate)]);
  return {
    certificates,
    fault,
    findings: messages.flatMap((message) => (message === undefined ? [] : { about, message })),
  };
}

function add(report: Report, { findings, warnings }: CertificateReport): void {
  report.findings.push(...findings);
  report.warnings.push(...warnings);
}

function trustReport(
  { caCertificate, forAgents = true }: CertificateMaterial,
  chain: readonly [X509Certificate, ...X509Certificate[]],
  authorities: readonly X509Certificate[],
): CertificateReport {
  if (caCertificate !== undefined) return privateTrustReport(chain, authorities);
  return forAgents ? publicTrustReport(chain) : { findings: [], warnings: browserTrustWarnings(chain) };
}

function keyFindings(
  pem: string | undefined,
  leaf: X509Certificate | undefined,
  others: readonly X509Certificate[],
): readonly CertificateFinding[] {
  if (pem === undefined) return [];
  const read = readPrivateKey(pem);
  const message = "fault" in read ? read.fault : leaf === undefined ? undefined : keyFault(read.key, leaf, others);
  return message === undefined ? [] : [{ about: "privateKey", message }];
}

function endingSoon(leaf: X509Certificate, now: Date): readonly CertificateFinding[] {
  const left = new Date(leaf.validTo).getTime() - now.getTime();
  if (left <= 0 || left >= 30 * day) return [];
  const message = `runs out on ${date(leaf.validTo)}, in ${Math.floor(left / day)} days. Have it renewed.`;
  return [{ about: "certificate", message }];
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
    ? `has a weak key: ${certificateName(certificate)} is RSA with ${bits} bits, and clients refuse less than 2048. Have a new one issued.`
    : undefined;
}

function leafFindings(
  leaf: X509Certificate,
  { hostname, stackFileKeys }: CertificateMaterial,
): readonly CertificateFinding[] {
  const messages = [
    usageFault(leaf),
    hostname === undefined ? undefined : hostnameFault(leaf, hostname, stackFileKeys),
  ];
  return messages.flatMap((message) => (message === undefined ? [] : { about: "certificate", message }));
}

function usageFault(leaf: X509Certificate): string | undefined {
  const kind = leaf.publicKey.asymmetricKeyType;
  if (kind !== "rsa" && kind !== "ec")
    return `has a key of type ${kind ?? "unknown"}, which browsers do not support. Use ECDSA or RSA.`;
  // Node calls the extended key usages `keyUsage`.
  return leaf.keyUsage !== undefined && !leaf.keyUsage.includes(serverAuth)
    ? "is not meant for servers: its extended key usage lacks serverAuth. Have one issued for a TLS server."
    : undefined;
}

function hostnameFault(
  leaf: X509Certificate,
  hostname: string,
  stackFileKeys: StackFileKeys = rancherKeys,
): string | undefined {
  if (leaf.checkHost(hostname, { subject: "never" }) !== undefined) return undefined;
  const names = (leaf.subjectAltName ?? "").split(", ").filter((name) => name !== "");
  if (names.length > 0) {
    const shown = names.slice(0, namesShown).map((name) => name.replace(/^[A-Za-z ]+:/, "").slice(0, 253));
    const covered = `${shown.join(", ")}${names.length > namesShown ? ` and ${names.length - namesShown} more` : ""}`;
    return `does not cover ${stackFileKeys.hostname} ${hostname}; it covers ${covered}. Have one issued for that name, or change the hostname.`;
  }
  const common = certificateName(leaf);
  return `names ${common} only in its subject, and clients check only subject alternative names. Have one issued with ${hostname} there.`;
}

function date(text: string): string {
  return new Date(text).toISOString().slice(0, 10);
}
