import type { X509Certificate } from "node:crypto";
import { isIssued, isPublicRoot, isSelfSigned } from "./certificate-chain.ts";
import type { CertificateFinding } from "./certificate-checks.ts";
import { certificateName, issuerName } from "./certificate-pem.ts";

/** Whether clients that know the private CA will trust a sorted chain. */
export function privateTrustFindings(
  chain: readonly [X509Certificate, ...X509Certificate[]],
  authorities: readonly X509Certificate[],
): readonly CertificateFinding[] {
  const last = chain.at(-1) ?? chain[0];
  const [first] = authorities;
  if (first === undefined) return [];
  const about = "caCertificate";
  const same = ({ fingerprint256 }: X509Certificate) => fingerprint256 === last.fingerprint256;
  const leafItself = chain.length === 1 && same(first) && isSelfSigned(last);
  if (leafItself) return [];
  const stranger = authorities.find(({ ca }) => !ca);
  if (stranger !== undefined)
    return [
      {
        about,
        message: `holds ${certificateName(stranger)}, which is not a CA's certificate. Give the root that signed the chain.`,
      },
    ];
  if (!authorities.some(isSelfSigned))
    return [
      {
        about,
        message: `is ${certificateName(first)}, an intermediate signed by ${issuerName(first)}. Agents need the root: give that one, and put this one in tls.chain.`,
      },
    ];
  if (authorities.some((authority) => same(authority) || isIssued(last, authority))) return [];
  if (authorities.some(({ subject }) => subject === last.issuer))
    return [
      {
        about,
        message: `is ${certificateName(first)}, which has the right name but did not sign ${certificateName(last)}: another key did. Give the CA certificate of that key.`,
      },
    ];
  const message =
    `did not sign ${certificateName(last)}, the end of the chain: it is ${certificateName(first)}, and the signer was ` +
    `${issuerName(last)}. Add the intermediate to tls.chain, or give the CA that signed.`;
  return [{ about, message }];
}

/** Whether a sorted chain ends where public CAs do. A root newer than this Node is only worth a warning. */
export function publicTrustFindings(chain: readonly [X509Certificate, ...X509Certificate[]]): {
  readonly findings: readonly CertificateFinding[];
  readonly warnings: readonly CertificateFinding[];
} {
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
      `holds ${certificateName(last)} alone, but its signer ${issuerName(last)} is no public root. Add the intermediates ` +
      "(CAs call the whole of it full chain), or give the root of a private CA as rancher:tls.caCertificate.";
    return { findings: [{ about, message }], warnings: [] };
  }
  const message = `ends at ${issuerName(last)}, which is not among the public roots known here. If the CA is private, give its root as rancher:tls.caCertificate.`;
  return { findings: [], warnings: [{ about, message }] };
}

/** What browsers may say to a sorted chain that nothing but them has to trust. */
export function browserTrustWarnings(
  chain: readonly [X509Certificate, ...X509Certificate[]],
): readonly CertificateFinding[] {
  const last = chain.at(-1) ?? chain[0];
  if (isPublicRoot(last.issuer)) return [];
  const fact = isSelfSigned(last)
    ? `ends at ${certificateName(last)}, which signed itself`
    : `ends at ${issuerName(last)}, which is not among the public roots known here`;
  const message = `${fact}. Browsers that do not know it warn; if the CA is public, intermediates are missing.`;
  return [{ about: "certificate", message }];
}
