import type { Problem } from "../problem.ts";
import { checkCertificate } from "../tls/certificate-checks.ts";
import type { CertificateFinding, CertificatePart } from "../tls/certificate-checks.ts";
import { quote } from "./quote.ts";
import type { Draft, StackFile } from "./schema.ts";

/** Names no public CA may issue for: RFC 6761, RFC 8375, and ICANN's `internal`. */
const privateNames = ["localhost", "local", "internal", "test", "invalid", "example", "home.arpa", "lan"];

const keys: Readonly<Record<CertificatePart, string>> = {
  certificate: "rancher:tls.certificate",
  chain: "rancher:tls.chain",
  caCertificate: "rancher:tls.caCertificate",
  privateKey: "rancher:tlsPrivateKey",
};

export interface TlsWorld {
  readonly readFile: (path: string) => string | undefined;
  readonly now: Date;
  /** Plaintext of `tlsPrivateKey`, where it is known. */
  readonly privateKey: string | undefined;
}

export interface TlsReport {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** The certificates as PEM text, read from files where paths were given. */
  readonly pem: { readonly certificate?: string; readonly chain?: string; readonly caCertificate?: string };
}

/** What the TLS source asks for beyond the shape of its keys. */
export function checkTls(draft: Draft<StackFile>, world: TlsWorld): TlsReport {
  const { tls, hostname } = draft;
  if (tls?.source === "letsEncrypt") return { problems: publicNameProblems(hostname), warnings: [], pem: {} };
  if (tls?.source !== "secret") return { problems: [], warnings: [], pem: {} };

  const problems: Problem[] = [];
  const pem: { certificate?: string; chain?: string; caCertificate?: string } = {};
  for (const part of ["certificate", "chain", "caCertificate"] as const) {
    const given = tls[part];
    if (given === undefined) continue;
    const text = given.includes("-----BEGIN") ? given : world.readFile(given);
    if (text === undefined)
      problems.push({
        key: keys[part],
        message: `names the file ${quote(given)}, which cannot be read. Paths start at the folder of the stack file.`,
      });
    else pem[part] = text;
  }
  const report = checkCertificate({ hostname, ...pem, privateKey: world.privateKey, now: world.now });
  return { problems: [...problems, ...report.findings.map(asProblem)], warnings: report.warnings.map(asProblem), pem };
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
