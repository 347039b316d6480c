import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openCertificateAuthority, type KeyPair } from "../../kubernetes/certificate-authority.ts";

/** The certificates of the HTTPS port, and the CA with which agents verify them. */
export interface ServerTls {
  /** The setting `cacerts`, PEM; empty if clients already trust the CA. */
  readonly cacerts: string;
  readonly source: "mounted" | "external" | "generated";
  /** The certificate for a server name. */
  pairFor(name: string): Promise<KeyPair>;
}

/**
 * Chooses the certificate from the files in `folder` and `--no-cacerts`, in the same order as the genuine server.
 *
 * @see https://github.com/rancher/rancher/blob/main/pkg/tls/tls.go
 * @throws for combinations with which the genuine server exits
 */
export async function serverTls(options: {
  /** `/etc/rancher/ssl` */
  readonly folder: string;
  readonly noCacerts: boolean;
  /** The server's CA, which signs if no certificate is mounted. */
  readonly authority: KeyPair;
}): Promise<ServerTls> {
  const { folder, noCacerts, authority } = options;
  const [cert, key, cacerts] = ["cert.pem", "key.pem", "cacerts.pem"].map((name) => {
    const path = join(folder, name);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  });
  if ((cert === undefined) !== (key === undefined)) throw new Error("cert.pem and key.pem go together; one is missing");
  if (cacerts !== undefined && noCacerts) throw new Error("cacerts.pem is mounted, and --no-cacerts was given");
  if (cert !== undefined && key !== undefined) {
    if (cacerts === undefined && !noCacerts) throw new Error("cert.pem without cacerts.pem needs --no-cacerts");
    const pair = { certificate: cert, key };
    return { source: "mounted", cacerts: cacerts ?? "", pairFor: () => Promise.resolve(pair) };
  }
  const signing = await openCertificateAuthority(authority);
  const pairs = new Map<string, Promise<KeyPair>>();
  return {
    source: cacerts !== undefined || noCacerts ? "external" : "generated",
    cacerts: cacerts ?? (noCacerts ? "" : authority.certificate),
    pairFor: (name) => {
      const pair = pairs.get(name) ?? signing.issue({ commonName: name, hosts: [name], usage: "server" });
      pairs.set(name, pair);
      return pair;
    },
  };
}
