import { stateFolder, type Host } from "../host/host.ts";
import { quote, quotePath } from "../host/shell.ts";
import { certificateMaking } from "./certificate-making.ts";
import { renewalTimer, stopRenewals } from "./certificate-renewal-timer.ts";

export interface GeneratedCertificateArgs {
  readonly host: Host;
  /** The only name the certificate is for, and the only one the CA may sign for. Another one gets another CA. */
  readonly hostname: string;
  /** Named in the CA, for whoever meets it among others in a browser. */
  readonly stack: string;
  /** Folder of the host that outlives the stack, as archives do; the CA lies in it. */
  readonly dataFolder: string;
  /**
   * How often the certificate is due to have been made anew, where nobody does so between two runs; see `renewalsDue`.
   *
   * @default 0
   */
  readonly renewal?: number;
}

/** Files on the host, PEM. */
export interface GeneratedFiles {
  readonly certificate: string;
  readonly privateKey: string;
  /** As in the arguments; nginx is to look at the files again then. */
  readonly renewal?: number;
}

/** Where the certificate lies. Not with the CA: it is made anew at will, and goes with the stack. */
export function generatedCertificateFiles(host: Host): GeneratedFiles {
  const folder = `${stateFolder(host)}/generated`;
  return { certificate: `${folder}/certificate.pem`, privateKey: `${folder}/key.pem` };
}

/**
 * Folder of the CAs. It is kept with the stack's data, and goes with them alone: agents of downstream clusters and
 * people's browsers trust this very CA, so that a Rancher put up again on the data it had would be refused with a new one.
 */
export function authorityFolder(dataFolder: string): string {
  return `${dataFolder}/certificate-authority`;
}

/**
 * Makes, on the host that ends TLS, a CA once and a certificate by it whenever it is due. Keys never leave the host.
 * Prints the CA's certificate and nothing else: the same bytes at every run that makes no new CA. On a host over SSH a
 * timer of systemd runs the same every day; nginx takes a new certificate up as it does any other on its host.
 *
 * Needs OpenSSL from 1.1.1 on, or the LibreSSL of a Mac.
 */
export function renderGeneratedCertificate(args: GeneratedCertificateArgs): string {
  const { host, renewal = 0 } = args;
  const making = certificateMaking(certificateNames(args));
  const folders = `authority=${quotePath(`${authorityFolder(args.dataFolder)}/${args.hostname}`)} generated=$state/generated renewal=${renewal}`;
  const overSsh = host.kind === "ssh";
  return `${folders}
command -v openssl >/dev/null || fail 10 "this machine has no openssl, by which the certificate for ${args.hostname} is made. Install it: the package is called openssl everywhere"
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

/** Where the folder of the data is another one than before, the CA is still in that one. */
function stayWithAuthority({ hostname }: GeneratedCertificateArgs): string {
  return `was=$(cat "$facts/authority" 2>/dev/null || true)
if [ ! -e "$authority/certificate.pem" ] && [ "\${was##*/}" = "\${authority##*/}" ] && [ -e "$was/certificate.pem" ]; then
  fail 10 "the CA for ${hostname}, which browsers and the agents of downstream clusters trust, is in $was, the former docker.backup.folder. Bring all of that folder along, on this machine: cp -a '\${was%/*/*}/.' '\${authority%/*/*}/'"
fi`;
}

/** RFC 5280 takes at most 64 characters in a name; a longer hostname still stands whole where it counts. */
function certificateNames({ hostname, stack }: GeneratedCertificateArgs) {
  const organization = `Rancher stack ${stack.replace(/[^\w.-]/g, "-")}`.slice(0, 64);
  const subject = (name: string) => quote(`/O=${organization}/CN=${name.slice(0, 64)}`);
  return { hostname, authority: subject(`CA of ${hostname}`), server: subject(hostname) };
}
