import "reflect-metadata";
import { webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto as never);

const day = 24 * 60 * 60 * 1000;

export type KeyKind = "ecdsa" | "rsa2048" | "rsa1024" | "ed25519";

const algorithms: Readonly<
  Record<KeyKind, webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams | webcrypto.Algorithm>
> = {
  ecdsa: { name: "ECDSA", namedCurve: "P-256" },
  rsa2048: rsa(2048),
  rsa1024: rsa(1024),
  ed25519: { name: "Ed25519" },
};

function rsa(modulusLength: number): webcrypto.RsaHashedKeyGenParams {
  return { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", publicExponent: new Uint8Array([1, 0, 1]), modulusLength };
}

const usages = { server: x509.ExtendedKeyUsage.serverAuth, client: x509.ExtendedKeyUsage.clientAuth };

/** A certificate made for a test, with its key. Neither is stored. */
export interface Issued {
  readonly pem: string;
  /** PKCS#8, PEM. */
  readonly key: string;
  readonly keys: webcrypto.CryptoKeyPair;
  readonly subject: string;
}

export interface Wanted {
  readonly name: string;
  /** The issuer. A certificate without one signs itself. */
  readonly issuer?: Issued;
  readonly ca?: boolean;
  /** Subject alternative names; none for a certificate of the old kind. */
  readonly hosts?: readonly string[];
  /** Days from `now`. */
  readonly from?: number;
  readonly until?: number;
  readonly kind?: KeyKind;
  /** Extended key usage. Without it all usages are allowed. */
  readonly purpose?: "server" | "client";
  readonly now?: Date;
  /** Used instead of a new key pair. */
  readonly keys?: webcrypto.CryptoKeyPair;
}

/** Creates one certificate. */
export async function issue(wanted: Wanted): Promise<Issued> {
  const { name, issuer, ca = false, hosts = [], from = -1, until = 365, kind = "ecdsa", now = new Date() } = wanted;
  const algorithm = algorithms[kind];
  const keys =
    wanted.keys ??
    ((await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"])) as webcrypto.CryptoKeyPair);
  const subject = `CN=${name}`;
  const signer = issuer?.keys ?? keys;
  const certificate = await x509.X509CertificateGenerator.create({
    subject,
    issuer: issuer?.subject ?? subject,
    publicKey: keys.publicKey,
    signingKey: signer.privateKey,
    signingAlgorithm: { name: signer.privateKey.algorithm.name, hash: "SHA-256" },
    notBefore: new Date(now.getTime() + from * day),
    notAfter: new Date(now.getTime() + until * day),
    extensions: [
      new x509.BasicConstraintsExtension(ca, undefined, true),
      ...(ca ? [new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true)] : []),
      ...(hosts.length > 0
        ? [new x509.SubjectAlternativeNameExtension(hosts.map((value) => ({ type: "dns", value })))]
        : []),
      ...(wanted.purpose === undefined ? [] : [new x509.ExtendedKeyUsageExtension([usages[wanted.purpose]])]),
    ],
  });
  const pkcs8 = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return { pem: certificate.toString("pem"), key: x509.PemConverter.encode(pkcs8, "PRIVATE KEY"), keys, subject };
}
