import type { Problem } from "../../program/problem.ts";
import type { ReadFile } from "../../program/read-file.ts";
import type { Mapping } from "./mapping.ts";
import type { SecretName } from "../keys/secrets/secret-keys.ts";
import type { CertificateSettings } from "../settings.ts";

/** What the rules need in addition to the parsed stack file. */
export interface Reading {
  /** As written, without defaults. */
  readonly values: Mapping;
  /** Keys with an invalid value. */
  readonly invalid: ReadonlySet<string>;
  /** Plaintext of the secrets that are known. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly isSet: (name: SecretName) => boolean;
  /** Context for the certificate checks. */
  readonly context: {
    readonly readFile: ReadFile;
    readonly now: Date;
    readonly invalid: ReadonlySet<string>;
  };
}

/** Certificates that the checks read. */
export interface ReadCertificates {
  /** For the hostname; only with `tls.source: secret`. */
  readonly rancher?: CertificateSettings | undefined;
  /** PEM. */
  readonly caCertificate?: string | undefined;
  /** `docker.additionalTrustedCAs` or `tls.additionalTrustedCAs`, PEM. */
  readonly additionalTrustedCAs?: string | undefined;
  /** In the order of `loadBalancer.sites`. */
  readonly sites: readonly (CertificateSettings | undefined)[];
}

/** Results of the rules. */
export interface Findings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  readonly certificates: ReadCertificates;
}
