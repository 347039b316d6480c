/** The parts of a certificate by their stack-file keys; the private key is the secret `tlsPrivateKey`. */
export type CertificatePart = "certificate" | "chain" | "caCertificate" | "privateKey";

export interface CertificateFinding {
  readonly about: CertificatePart;
  /** Follows the key of the part, as in `Problem`. */
  readonly message: string;
}

/** What the checks of a certificate found. */
export interface CertificateReport {
  /** Problems that make the certificate unusable. */
  readonly findings: readonly CertificateFinding[];
  /** Problems that are possible or will arise later. */
  readonly warnings: readonly CertificateFinding[];
}
