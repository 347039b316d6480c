import type { X509Certificate } from "node:crypto";
import { isIssued, isPublicRoot, isSelfSigned } from "./certificate-chain.ts";
import type { CertificateFinding, CertificateReport } from "./certificate-report.ts";
import { certificateName, issuerName } from "./certificate-pem.ts";

const about = "caCertificate";

/** Only self-signed roots go into the secret `tls-ca`; servers send the intermediates. */
export function rootsOf(authorities: readonly X509Certificate[]): readonly X509Certificate[] {
  return authorities.filter(isSelfSigned);
}

/** Whether a private CA's certificates include a root. Intermediates among them are warnings. */
export function authorityReport(authorities: readonly X509Certificate[]): CertificateReport {
  const [first] = authorities;
  if (first === undefined) return { findings: [], warnings: [] };
  const intermediates = authorities.filter((authority) => !isSelfSigned(authority));
  const stranger = intermediates.find(({ ca }) => !ca);
  if (stranger !== undefined) return { findings: [notCa(stranger)], warnings: [] };
  if (intermediates.length === authorities.length) {
    const message = `is ${certificateName(first)}, an intermediate signed by ${issuerName(first)}. Agents need the root: give that one, and put this one in tls.chain.`;
    return { findings: [{ about, message }], warnings: [] };
  }
  const warnings = intermediates.map((intermediate): CertificateFinding => ({
    about,
    message: `also holds the intermediate ${certificateName(intermediate)}, which is left out: tls-ca takes roots only. Move it to tls.chain.`,
  }));
  return { findings: [], warnings };
}

/** Whether a sorted chain ends at a root of the private CA. */
export function privateTrustReport(
  chain: readonly [X509Certificate, ...X509Certificate[]],
  authorities: readonly X509Certificate[],
): CertificateReport {
  const last = chain.at(-1) ?? chain[0];
  const same = ({ fingerprint256 }: X509Certificate) => fingerprint256 === last.fingerprint256;
  const report = authorityReport(authorities);
  const roots = rootsOf(authorities);
  const [first] = roots;
  if (report.findings.length > 0 || first === undefined) return report;
  const onlyLeaf = chain.length === 1 && authorities.length === 1 && same(first);
  if (onlyLeaf) return report;
  const finding = (message: string): CertificateReport => ({ findings: [{ about, message }], warnings: [] });
  const notAuthority = roots.find(({ ca }) => !ca);
  if (notAuthority !== undefined) return { findings: [notCa(notAuthority)], warnings: [] };
  if (roots.some((root) => same(root) || isIssued(last, root))) return report;
  const signer = authorities.find((authority) => isIssued(last, authority));
  if (signer !== undefined)
    return finding(
      `holds the intermediate ${certificateName(signer)}, which signed ${certificateName(last)} and is missing from the chain. Move it to tls.chain, and leave the root here.`,
    );
  if (authorities.some(({ subject }) => subject === last.issuer))
    return finding(
      `is ${certificateName(first)}, which has the right name but did not sign ${certificateName(last)}: another key did. Give the CA certificate of that key.`,
    );
  return finding(
    `did not sign ${certificateName(last)}, the end of the chain: it is ${certificateName(first)}, and the signer was ` +
      `${issuerName(last)}. Add the intermediate to tls.chain, or give the CA that signed.`,
  );
}

function notCa(certificate: X509Certificate): CertificateFinding {
  return {
    about,
    message: `holds ${certificateName(certificate)}, which is not a CA certificate. Give the root that signed the chain.`,
  };
}

/** Whether a sorted chain ends at a public root. An unknown root is a warning: it may be newer than this Node. */
export function publicTrustReport(chain: readonly [X509Certificate, ...X509Certificate[]]): CertificateReport {
  const about = "certificate";
  const last = chain.at(-1) ?? chain[0];
  if (isPublicRoot(last.issuer)) return { findings: [], warnings: [] };
  if (isSelfSigned(last)) {
    const what = chain.length === 1 ? "is self-signed" : `ends at ${certificateName(last)}, a CA of your own`;
    const message = `${what}, which no agent trusts by itself. Give that certificate as rancher:tls.caCertificate too.`;
    return { findings: [{ about, message }], warnings: [] };
  }
  if (chain.length === 1) {
    const message =
      `holds ${certificateName(last)} alone, but its signer ${issuerName(last)} is not a public root. Add the intermediates ` +
      "(CAs call the result the full chain), or give the root of a private CA as rancher:tls.caCertificate.";
    return { findings: [{ about, message }], warnings: [] };
  }
  const message = `ends at ${issuerName(last)}, which is not among the public roots known here. If the CA is private, give its root as rancher:tls.caCertificate.`;
  return { findings: [], warnings: [{ about, message }] };
}

/** Warnings about a sorted chain that only browsers have to trust. */
export function browserTrustWarnings(
  chain: readonly [X509Certificate, ...X509Certificate[]],
): readonly CertificateFinding[] {
  const last = chain.at(-1) ?? chain[0];
  if (isPublicRoot(last.issuer)) return [];
  const fact = isSelfSigned(last)
    ? `ends at ${certificateName(last)}, which is self-signed`
    : `ends at ${issuerName(last)}, which is not among the public roots known here`;
  const message = `${fact}. Browsers that do not know it warn; if the CA is public, intermediates are missing.`;
  return [{ about: "certificate", message }];
}
