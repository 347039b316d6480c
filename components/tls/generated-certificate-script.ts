import { stateFolder, type Host } from "../host/host.ts";
import { quote, quotePath } from "../host/shell.ts";
import { certificateMaking } from "./certificate-making.ts";
import { renewalTimer, stopRenewals } from "./certificate-renewal-timer.ts";

export interface GeneratedCertificateArgs {
  readonly host: Host;
  /** The only name that the certificate covers and that the CA may sign for. Changing it creates another CA. */
  readonly hostname: string;
  /** Part of the CA's name, so that it can be told apart from others in a browser. */
  readonly stack: string;
  /** Folder on the host that outlives the stack, as the archives do. The CA is stored in it. */
  readonly dataFolder: string;
  /**
   * How many renewals are due so far, on a host where only a run renews the certificate; see `renewalsDue`.
   *
   * @default 0
   */
  readonly renewal?: number;
}

/** Files on the host, PEM. */
export interface GeneratedFiles {
  readonly certificate: string;
  readonly privateKey: string;
  /** As in the arguments. A change makes nginx reload the files. */
  readonly renewal?: number;
}

/**
 * Where the certificate is stored. It is not with the CA, because it can be renewed at any time and is removed with the
 * stack.
 */
export function generatedCertificateFiles(host: Host): GeneratedFiles {
  const folder = `${stateFolder(host)}/generated`;
  return { certificate: `${folder}/certificate.pem`, privateKey: `${folder}/key.pem` };
}

/**
 * Folder of the CAs. It belongs to the stack's data and is removed only with them. Agents of downstream clusters and
 * browsers trust this CA, and would reject a Rancher that is installed again on the same data with a new one.
 */
export function authorityFolder(dataFolder: string): string {
  return `${dataFolder}/certificate-authority`;
}

/**
 * Creates a CA once, and a certificate signed by it whenever one is due, on the host that terminates TLS. Keys never
 * leave the host. Prints only the CA's certificate, the same bytes in every run that creates no new CA. On a host over
 * SSH a systemd timer does the same every day; nginx loads the new certificate like any other file certificate.
 *
 * Requires OpenSSL 1.1.1 or later, or the LibreSSL of macOS.
 */
export function renderGeneratedCertificate(args: GeneratedCertificateArgs): string {
  const { host, renewal = 0 } = args;
  const making = certificateMaking(certificateNames(args));
  const folders = `authority=${quotePath(`${authorityFolder(args.dataFolder)}/${args.hostname}`)} generated=$state/generated renewal=${renewal}`;
  const overSsh = host.kind === "ssh";
  return `${folders}
command -v openssl >/dev/null || fail 10 "openssl, which creates the certificate for ${args.hostname}, is missing on this machine. Install the package openssl"
register_undo <<'UNDO'
${overSsh ? `${stopRenewals}\n` : ""}rm -rf "$state/generated"
UNDO
${making}
${stayWithAuthority(args)}
make_due
printf '%s\\n' "$authority" | place "$facts/authority" 0600
${overSsh ? `${renewalTimer(`${folders}\n${making}`)}\n` : ""}cat "$authority/certificate.pem"
`;
}

/** After the data folder changes, the CA is still in the old one. */
function stayWithAuthority({ hostname }: GeneratedCertificateArgs): string {
  return `was=$(cat "$facts/authority" 2>/dev/null || true)
if [ ! -e "$authority/certificate.pem" ] && [ "\${was##*/}" = "\${authority##*/}" ] && [ -e "$was/certificate.pem" ]; then
  fail 10 "the CA for ${hostname}, which browsers and the agents of downstream clusters trust, is in $was, the previous docker.backup.folder. Copy that whole folder on this machine: cp -a '\${was%/*/*}/.' '\${authority%/*/*}/'"
fi`;
}

/**
 * RFC 5280 allows 64 characters in a name. A longer hostname is cut off here, but not in the subject alternative name.
 */
function certificateNames({ hostname, stack }: GeneratedCertificateArgs) {
  const organization = `Rancher stack ${stack.replace(/[^\w.-]/g, "-")}`.slice(0, 64);
  const subject = (name: string) => quote(`/O=${organization}/CN=${name.slice(0, 64)}`);
  return { hostname, authority: subject(`CA of ${hostname}`), server: subject(hostname) };
}
