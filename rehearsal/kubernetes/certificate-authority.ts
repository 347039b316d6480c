// Required by tsyringe, a dependency of @peculiar/x509.
import "reflect-metadata";

import { randomBytes, webcrypto } from "node:crypto";
import { isIP } from "node:net";

import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const day = 24 * 3600 * 1000;

/** A certificate and its private key, PEM text. The key is PKCS #8. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** The subject and usage of a certificate. */
export interface CertificateRequest {
  /** Common name of the subject; the user name, where Kubernetes reads a client certificate. */
  readonly commonName: string;
  /** Organization of the subject; the group, where Kubernetes reads a client certificate. */
  readonly organization?: string;
  /** Names and IP addresses of a server. For a server that is also a client of its peers (etcd), see `usage`. */
  readonly hosts?: readonly string[];
  readonly usage: "server" | "client" | "peer";
}

/** The certificate authority of one rehearsal. Its certificates are valid for 30 days. */
export interface CertificateAuthority extends KeyPair {
  issue(request: CertificateRequest): Promise<KeyPair>;
}

/** Creates an authority with a new key. */
export async function createCertificateAuthority(commonName: string): Promise<CertificateAuthority> {
  const keys = await newKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: newSerialNumber(),
    name: [{ CN: [commonName] }],
    ...lifetime(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return authority(certificate, keys.privateKey, {
    certificate: pem(certificate),
    key: await keyText(keys.privateKey),
  });
}

/**
 * Loads an existing authority.
 *
 * @throws if certificate or key is not PEM, or the key is not an ECDSA P-256 key.
 */
export async function openCertificateAuthority(pair: KeyPair): Promise<CertificateAuthority> {
  const der = x509.PemConverter.decodeFirst(pair.key);
  const key = await webcrypto.subtle.importKey("pkcs8", der, algorithm, true, ["sign"]);
  return authority(new x509.X509Certificate(pair.certificate), key, pair);
}

function authority(issuer: x509.X509Certificate, signingKey: webcrypto.CryptoKey, pair: KeyPair): CertificateAuthority {
  return {
    ...pair,
    issue: async ({ commonName, organization, hosts = [], usage }) => {
      const keys = await newKeys();
      const { serverAuth, clientAuth } = x509.ExtendedKeyUsage;
      const usages = { server: [serverAuth], client: [clientAuth], peer: [serverAuth, clientAuth] }[usage];
      const names = hosts.map((value) => ({ type: isIP(value) ? ("ip" as const) : ("dns" as const), value }));
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: newSerialNumber(),
        subject: new x509.Name([...(organization ? [{ O: [organization] }] : []), { CN: [commonName] }]).toString(),
        issuer: issuer.subject,
        ...lifetime(),
        signingAlgorithm: algorithm,
        publicKey: keys.publicKey,
        signingKey,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
          new x509.ExtendedKeyUsageExtension(usages),
          await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
          await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
          ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
        ],
      });
      return { certificate: pem(certificate), key: await keyText(keys.privateKey) };
    },
  };
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

/** Positive and without leading zeros, as RFC 5280 requires. */
function newSerialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString("hex");
}

/** Starts a day ago, because the hosts' clocks may differ. */
function lifetime(): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(Date.now() - day), notAfter: new Date(Date.now() + 30 * day) };
}

function pem(certificate: x509.X509Certificate): string {
  return `${certificate.toString("pem")}\n`;
}

async function keyText(key: webcrypto.CryptoKey): Promise<string> {
  return `${x509.PemConverter.encode(await webcrypto.subtle.exportKey("pkcs8", key), "PRIVATE KEY")}\n`;
}
