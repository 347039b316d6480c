import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { certificateName, issuerName } from "./certificate-pem.ts";

/** Certificates in TLS order, leaf first. Those in `unplaced` signed no certificate of the chain. */
export interface SortedChain {
  readonly chain: readonly [X509Certificate, ...X509Certificate[]];
  readonly unplaced: readonly X509Certificate[];
}

/** Finds the leaf and follows the signatures from it. */
export function sortChain(given: readonly [X509Certificate, ...X509Certificate[]]): SortedChain {
  const leaf = given.find(({ ca }) => !ca) ?? given[0];
  const chain: [X509Certificate, ...X509Certificate[]] = [leaf];
  let unplaced = given.filter((certificate) => certificate !== leaf);
  for (;;) {
    const last = chain.at(-1) ?? leaf;
    const next = unplaced.find((candidate) => isIssued(last, candidate));
    if (next === undefined) return { chain, unplaced };
    chain.push(next);
    unplaced = unplaced.filter((certificate) => certificate !== next);
  }
}

/** Whether `issuer` signed `certificate`: names, key usage and the signature itself. */
export function isIssued(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

export function isSelfSigned(certificate: X509Certificate): boolean {
  return isIssued(certificate, certificate);
}

/** Why the order of a chain is wrong, or `undefined`. */
export function orderFault(
  given: readonly [X509Certificate, ...X509Certificate[]],
  sorted: SortedChain,
): string | undefined {
  const { chain, unplaced } = sorted;
  const [first] = given;
  const order = [...chain, ...unplaced].map(certificateName).join(", ");
  if (first !== chain[0])
    return `starts with ${certificateName(first)}, a CA. The server's own certificate has to come first; put them in this order: ${order}.`;
  const [stray] = unplaced;
  const last = chain.at(-1) ?? first;
  if (stray !== undefined)
    return (
      `holds ${certificateName(stray)}, which did not sign ${certificateName(last)}; that was signed by ` +
      `${issuerName(last)}, which is missing. Replace one with the other.`
    );
  return given.some((certificate, index) => certificate !== chain[index])
    ? `is out of order: each certificate has to be signed by the next one. Put them in this order: ${order}.`
    : undefined;
}

let publicRootSubjects: ReadonlySet<string> | undefined;

/** Whether Node ships a root of this name (Mozilla's list). Newer public roots may be missing. */
export function isPublicRoot(subject: string): boolean {
  publicRootSubjects ??= new Set(rootCertificates.map((pem) => new X509Certificate(pem).subject));
  return publicRootSubjects.has(subject);
}
