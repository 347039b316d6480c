import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openCertificateAuthority, type KeyPair } from "../../kubernetes/certificate-authority.ts";

/** How the server shows itself on its HTTPS port, and by which CA its agents are to verify it. */
export interface ServerTls {
  /** The setting `cacerts`, PEM; empty where clients know the CA anyway. */
  readonly cacerts: string;
  readonly source: "mounted" | "external" | "generated";
  /** What it shows to a client that asks for this name. */
  pairFor(name: string): Promise<KeyPair>;
}

/**
 * By the files under `folder` and `--no-cacerts`, in the genuine server's order and with its refusals.
 *
 * @see https://github.com/rancher/rancher/blob/main/pkg/tls/tls.go
 * @throws for combinations the genuine one ends with
 */
export async function serverTls(options: {
  /** `/etc/rancher/ssl` */
  readonly folder: string;
  readonly noCacerts: boolean;
  /** The server's own, which signs where nothing is mounted. */
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
