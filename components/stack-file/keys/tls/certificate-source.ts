import type { Problem } from "../../../program/problem.ts";
import { rewriteCertificates } from "../../../tls/certificate-pem.ts";
import type { FileFault, ReadFile } from "../../../program/read-file.ts";
import { checkHostPath } from "../load-balancer/balancer-fields.ts";
import { quote } from "../../reading/quote.ts";
import type { CertificateSettings } from "../../settings.ts";

/** A local source, or a file on the balancer's hosts. `onHost` is undefined if its path is invalid. */
type Source = string | { readonly onHost?: string | undefined };

/** The keys of `tls` or of a site that define where a certificate is. */
export interface CertificateKeys {
  readonly certificate?: Source | undefined;
  readonly chain?: Source | undefined;
  readonly privateKey?: { readonly onHost?: string | undefined } | undefined;
}

export interface ReadCertificate {
  readonly problems: readonly Problem[];
  /** PEM texts of the local parts. */
  readonly pem: { readonly certificate?: string; readonly chain?: string };
  /** Absent if something is missing or cannot be read. */
  readonly settings?: CertificateSettings;
}

/**
 * Determines where a certificate comes from, and reads its files if they are local. All parts must come from one place.
 *
 * @param key parent of the parts: `rancher:tls`.
 * @param secret the secret with the private key of a local certificate.
 * @param invalid keys with an invalid value, which are therefore not missing.
 */
export function readCertificateKeys(
  given: CertificateKeys,
  { key, secret, readFile, invalid }: CertificatePlace,
): ReadCertificate {
  const { certificate, chain, privateKey } = given;
  const problems: Problem[] = [];
  const report = (part: string, message: string) => problems.push({ key: `${key}.${part}`, message });
  const pem: { certificate?: string; chain?: string } = {};
  for (const part of ["certificate", "chain"] as const) {
    const source = given[part];
    if (typeof source !== "string") continue;
    const text = readPem(source, readFile);
    if (typeof text === "string") pem[part] = text;
    else report(part, unreadable(source, text, { onHost: true }));
  }
  if (certificate === undefined) return { problems, pem };
  const here = typeof certificate === "string";
  const whose = here ? "comes from here" : "is on the load balancer's hosts";
  if (chain !== undefined && (typeof chain === "string") !== here)
    report("chain", `is not in the same place as ${key}.certificate, which ${whose}. Give both from the same place.`);
  if (here && privateKey !== undefined)
    report(
      "privateKey",
      `is a file on the hosts, but ${key}.certificate comes from here, and its key is the secret ${secret}. Give both from the same place.`,
    );
  if (!here && privateKey === undefined && !invalid.has(`${key}.privateKey`))
    report(
      "privateKey",
      `is missing: ${key}.certificate is on the load balancer's hosts, and so must its key be. Add it, for example: privateKey: { onHost: /etc/ssl/rancher/key.pem }`,
    );
  if (problems.length > 0) return { problems, pem };
  return { problems, pem, ...settingsOf(given, pem) };
}

interface CertificatePlace {
  readonly key: string;
  readonly secret: string;
  readonly readFile: ReadFile;
  readonly invalid: ReadonlySet<string>;
}

/** Returns PEM text unchanged, or reads the file that it names. */
export function readPem(source: string, readFile: ReadFile): ReturnType<ReadFile> {
  return source.includes("-----BEGIN") ? source : readFile(source);
}

/** @param options.onHost whether the path may mean a file on the load balancer's hosts. */
export function unreadable(
  path: string,
  fault: FileFault | string | undefined,
  options: { readonly onHost?: boolean } = {},
): string {
  const file = `names the file ${quote(path)}, which`;
  if (typeof fault !== "object") return `${file} cannot be read. Paths start at the folder of the stack file.`;
  if (fault.outside !== true) return `${file} ${fault.fault}. Name a PEM file.`;
  const elsewhere =
    options.onHost === true && path.length <= 200 && checkHostPath(path) === undefined
      ? `, or write { onHost: ${path} } for a file on the load balancer's hosts`
      : "";
  return `${file} ${fault.fault}. Copy the file beside the stack file${elsewhere}.`;
}

/** Joins the certificates of several PEM texts in normalized form. */
export function joinPem(...texts: readonly (string | undefined)[]): string {
  return texts.flatMap((text) => (text === undefined ? [] : rewriteCertificates(text))).join("");
}

function settingsOf(
  { certificate, chain, privateKey }: CertificateKeys,
  pem: ReadCertificate["pem"],
): { readonly settings?: CertificateSettings } {
  if (typeof certificate === "string")
    return { settings: { from: "stack", chain: joinPem(pem.certificate, pem.chain) } };
  const [path, chainPath, keyPath] = [certificate?.onHost, (chain as typeof privateKey)?.onHost, privateKey?.onHost];
  if (path === undefined || keyPath === undefined) return {};
  return {
    settings: {
      from: "host",
      certificate: path,
      ...(chainPath === undefined ? {} : { chain: chainPath }),
      privateKey: keyPath,
    },
  };
}
