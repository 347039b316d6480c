import { generateKeyPairSync } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { type CertificateAuthority, createCertificateAuthority, type KeyPair } from "./certificate-authority.ts";

/** Every certificate and key of a control plane, as files; all below one folder of mode 0700, each file 0600. */
export interface Pki {
  /** CA of the API server and its clients. */
  readonly ca: FilePair & { readonly text: string };
  /** CA of etcd only, because clients of Kubernetes must not have access to etcd. */
  readonly etcdCa: FilePair;
  /** CA of the aggregation layer, which extension API servers trust. */
  readonly frontProxyCa: FilePair;
  readonly files: Readonly<Record<CertificateName, FilePair>>;
  /** The certificates that go into a kubeconfig. */
  readonly clients: Readonly<Record<ClientName, KeyPair>>;
  /** Signs and checks the tokens of service accounts. */
  readonly serviceAccounts: { readonly publicKey: string; readonly privateKey: string };
}

/** Paths of a certificate and its key. */
export interface FilePair {
  readonly certificate: string;
  readonly key: string;
}

export type ClientName = "admin" | "controller-manager" | "scheduler" | "kwok";
type ServerName = "apiserver" | "controller-manager-server" | "scheduler-server";
type CertificateName = ServerName | "etcd" | "apiserver-to-etcd" | "front-proxy";

/** The API server's names in addition to `addresses`. @see https://kubernetes.io/docs/setup/best-practices/certificates/ */
const apiServerNames = ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"];

/** User and group of each client. @see https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
const subjects: Record<ClientName, { commonName: string; organization?: string }> = {
  admin: { commonName: "rehearsal-admin", organization: "system:masters" },
  "controller-manager": { commonName: "system:kube-controller-manager" },
  scheduler: { commonName: "system:kube-scheduler" },
  // kwok simulates every kubelet, which no built-in role allows.
  kwok: { commonName: "kwok", organization: "system:masters" },
};

/**
 * Creates a PKI below `folder` (created with mode 0700).
 *
 * @param addresses Further names and addresses of the API server.
 */
export async function makePki(folder: string, addresses: readonly string[]): Promise<Pki> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const place = async (name: string, pair: KeyPair): Promise<FilePair> => ({
    certificate: await secretFile(folder, `${name}.crt`, pair.certificate),
    key: await secretFile(folder, `${name}.key`, pair.key),
  });
  const [ca, etcdCa, frontProxyCa] = await Promise.all([
    createCertificateAuthority("rehearsal-kubernetes"),
    createCertificateAuthority("rehearsal-etcd"),
    createCertificateAuthority("rehearsal-front-proxy"),
  ]);
  const serve = (authority: CertificateAuthority, commonName: string, hosts: readonly string[]) =>
    authority.issue({ commonName, hosts, usage: authority === etcdCa ? "peer" : "server" });
  const loopback = ["localhost", "127.0.0.1"];

  const files: Record<CertificateName, KeyPair> = {
    apiserver: await serve(ca, "kube-apiserver", [...apiServerNames, ...addresses]),
    "controller-manager-server": await serve(ca, "kube-controller-manager", loopback),
    "scheduler-server": await serve(ca, "kube-scheduler", loopback),
    etcd: await serve(etcdCa, "etcd", loopback),
    "apiserver-to-etcd": await etcdCa.issue({ commonName: "kube-apiserver", usage: "client" }),
    "front-proxy": await frontProxyCa.issue({ commonName: "front-proxy-client", usage: "client" }),
  };
  const clients = await mapValues(subjects, (subject) => ca.issue({ ...subject, usage: "client" }));
  const tokens = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  });
  return {
    ca: { ...(await place("ca", ca)), text: ca.certificate },
    etcdCa: await place("etcd-ca", etcdCa),
    frontProxyCa: await place("front-proxy-ca", frontProxyCa),
    files: await mapValues(files, (pair, name) => place(name, pair)),
    clients,
    serviceAccounts: {
      publicKey: await secretFile(folder, "service-accounts.pub", tokens.publicKey),
      privateKey: await secretFile(folder, "service-accounts.key", tokens.privateKey),
    },
  };
}

/** Writes a new file that only this user can read. @throws when it exists */
export async function secretFile(folder: string, name: string, text: string): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, text, { mode: 0o600, flag: "wx" });
  return file;
}

async function mapValues<K extends string, A, B>(
  record: Record<K, A>,
  make: (value: A, key: K) => Promise<B>,
): Promise<Record<K, B>> {
  const entries = Object.entries(record) as [K, A][];
  const made = await Promise.all(entries.map(async ([key, value]) => [key, await make(value, key)] as const));
  return Object.fromEntries(made) as Record<K, B>;
}
