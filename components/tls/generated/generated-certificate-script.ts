import { stateFolder, type Host } from "../../host/host.ts";
import type { ShellScript, ShellValues } from "../../host/shell/link.ts";
import { shellFile } from "../../host/shell/shell-files.ts";
import { renewalNames, renewalTimerValues } from "./certificate-renewal-timer.ts";

export interface GeneratedCertificateScriptArgs {
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
 * Creates a CA once, and a certificate signed by it whenever one is due, on the host that terminates TLS. Prints only
 * the CA's certificate. On a host over SSH a systemd timer does the same every day; on this machine only a run does.
 */
export function renderGeneratedCertificate(args: GeneratedCertificateScriptArgs): ShellScript {
  const making = makingValues(args);
  if (args.host.kind === "local") {
    return {
      main: shellFile("tls/generated/generated-certificate.sh"),
      values: { ...making, undo_step: { main: shellFile("tls/generated/generated-certificate-undo.sh") } },
    };
  }
  const undo_step = { main: shellFile("tls/generated/generated-certificate-with-timer-undo.sh"), values: renewalNames };
  return {
    main: shellFile("tls/generated/generated-certificate-with-timer.sh"),
    values: { ...making, ...renewalTimerValues(making), undo_step },
  };
}

/**
 * What `certificate-making.sh` reads. RFC 5280 allows 64 characters in a name. A longer hostname is cut off here, but
 * not in the subject alternative name.
 */
function makingValues({ hostname, stack, dataFolder, renewal = 0 }: GeneratedCertificateScriptArgs): ShellValues {
  const organization = `Rancher stack ${stack.replace(/[^\w.-]/g, "-")}`.slice(0, 64);
  const subject = (name: string) => `/O=${organization}/CN=${name.slice(0, 64)}`;
  return {
    hostname,
    authority: `${authorityFolder(dataFolder)}/${hostname}`,
    authority_subject: subject(`CA of ${hostname}`),
    server_subject: subject(hostname),
    renewal,
  };
}
