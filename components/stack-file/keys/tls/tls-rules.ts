import type { Problem } from "../../../program/problem.ts";
import type { ReadFile } from "../../../program/read-file.ts";
import { checkCertificate } from "../../../tls/certificate-checks.ts";
import type { CertificateFinding, CertificatePart } from "../../../tls/certificate-report.ts";
import { readCertificateKeys, readPem, unreadable } from "./certificate-source.ts";
import { readCertificates, writeCertificates } from "../../../tls/certificate-pem.ts";
import { rootsOf } from "../../../tls/certificate-trust.ts";
import type { AnyParsed } from "../../reading/parsed-file.ts";
import type { CertificateSettings } from "../../settings.ts";

/** Names that no public CA may issue for: RFC 6761, RFC 8375, and ICANN's `internal`. */
const privateNames = ["localhost", "local", "internal", "test", "invalid", "example", "home.arpa", "lan"];

const keys: Readonly<Record<CertificatePart, string>> = {
  certificate: "rancher:tls.certificate",
  chain: "rancher:tls.chain",
  caCertificate: "rancher:tls.caCertificate",
  privateKey: "rancher:tlsPrivateKey",
};

export interface CertificateContext {
  readonly readFile: ReadFile;
  readonly now: Date;
  /** Keys with an invalid value. */
  readonly invalid: ReadonlySet<string>;
  /** Plaintext of the secret with the private key or keys, if it is known. */
  readonly privateKey: string | undefined;
}

export interface TlsReport {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Where the certificate for the hostname comes from; absent with another TLS source. */
  readonly certificate?: CertificateSettings;
  /** PEM of the roots only. */
  readonly caCertificate?: string;
}

/** Checks what the schema of `rancher:tls` cannot: certificates, keys and the hostname. */
export function checkTls({ tls, hostname }: AnyParsed, context: CertificateContext): TlsReport {
  if (tls?.source === "letsEncrypt") return { problems: publicNameProblems(hostname), warnings: [] };
  if (tls?.source !== "secret") return { problems: [], warnings: [] };

  const { readFile, invalid, now, privateKey } = context;
  const place = { key: "rancher:tls", secret: "rancher:tlsPrivateKey", readFile, invalid };
  const read = readCertificateKeys(tls, place);
  const readAuthority = tls.caCertificate === undefined ? undefined : readPem(tls.caCertificate, readFile);
  const authority = typeof readAuthority === "string" ? readAuthority : undefined;
  const problems = [...read.problems];
  if (tls.caCertificate !== undefined && authority === undefined)
    problems.push({ key: keys.caCertificate, message: unreadable(tls.caCertificate, readAuthority) });
  const { findings, warnings } = checkCertificate({
    hostname,
    ...read.pem,
    caCertificate: authority,
    privateKey: keptOnHosts(tls) ? undefined : privateKey,
    now,
  });
  return {
    problems: [...problems, ...findings.map(asProblem)],
    warnings: warnings.map(asProblem),
    ...(read.settings === undefined ? {} : { certificate: read.settings }),
    ...(authority === undefined
      ? {}
      : { caCertificate: writeCertificates(rootsOf(readCertificates(authority).certificates)) }),
  };
}

/** Whether the certificate and its key are on the balancer's hosts. */
export function keptOnHosts(tls: NonNullable<AnyParsed["tls"]>): boolean {
  return "certificate" in tls && typeof tls.certificate === "object";
}

function asProblem({ about, message }: CertificateFinding): Problem {
  return { key: keys[about], message };
}

function publicNameProblems(hostname: string | undefined): readonly Problem[] {
  const ending = privateNames.find((name) => hostname?.endsWith(`.${name}`));
  if (hostname === undefined || ending === undefined) return [];
  const message = `is ${hostname}, and no public CA may issue for names under .${ending}. Choose a public name, or rancher:tls.source rancher or secret.`;
  return [{ key: "rancher:hostname", message }];
}
