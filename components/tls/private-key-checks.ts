import { createPrivateKey } from "node:crypto";
import type { KeyObject, X509Certificate } from "node:crypto";
import { certificateName } from "./certificate-pem.ts";

/** Reads a PEM private key, or returns why it cannot be used. The fault contains nothing of the key. */
export function readPrivateKey(pem: string): { readonly key: KeyObject } | { readonly fault: string } {
  if (pem.trim() === "") return { fault: "is empty. Set the PEM text of the certificate's private key." };
  if (pem.includes("ENCRYPTED"))
    return {
      fault: "is encrypted with a passphrase, and what serves it cannot ask for one. Decrypt it: openssl pkey -in FILE",
    };
  if (pem.includes("BEGIN OPENSSH PRIVATE KEY"))
    return { fault: "is an SSH key. Set the private key of tls.certificate, in PEM." };
  if (!pem.includes("PRIVATE KEY-----"))
    return {
      fault: pem.includes("BEGIN CERTIFICATE")
        ? "is a certificate. Set its private key here; the certificate goes to rancher:tls.certificate."
        : "is not a PEM private key. Set the content of the key file, not its path.",
    };
  try {
    return { key: createPrivateKey(pem) };
  } catch {
    return {
      fault: "cannot be read: the PEM text is damaged or of an unknown kind. Set the whole content of the key file.",
    };
  }
}

/** Why a key does not match its certificate, or `undefined`. */
export function keyFault(
  key: KeyObject,
  leaf: X509Certificate,
  others: readonly X509Certificate[],
): string | undefined {
  if (leaf.checkPrivateKey(key)) return undefined;
  const owner = others.find((certificate) => certificate.checkPrivateKey(key));
  const whose = owner === undefined ? "" : ` It is the key of ${certificateName(owner)}.`;
  return `does not fit the certificate ${certificateName(leaf)}.${whose} Set the key the certificate was requested with.`;
}
