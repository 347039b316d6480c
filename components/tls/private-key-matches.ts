import { createPrivateKey } from "node:crypto";
import type { KeyObject, X509Certificate } from "node:crypto";
import { sortChain } from "./certificate-chain.ts";
import { certificateName, readCertificates } from "./certificate-pem.ts";

/** A certificate whose key is to be found. */
export interface KeylessCertificate {
  /** Unique among the certificates passed together. */
  readonly name: string;
  /** Its name in messages: `rancher:loadBalancer.sites[0].certificate`. */
  readonly key: string;
  /** PEM, leaf first. */
  readonly chain: string;
}

export interface PrivateKeyMatches {
  /** PEM keys by the certificates' names. */
  readonly keys: ReadonlyMap<string, string>;
  /**
   * What is missing, left over or unreadable, without any key material. Each follows the name of the secret in a
   * message.
   */
  readonly faults: readonly string[];
}

/** `openssl ecparam -genkey` writes the curve before the key; that block is ignored. */
const keyBlock = /-----BEGIN ((?:[A-Z0-9]+ )*PRIVATE KEY)-----[\s\S]*?-----END \1-----/g;

/** Finds the key of each certificate in a text of several keys, by the public keys. */
export function matchPrivateKeys(text: string, certificates: readonly KeylessCertificate[]): PrivateKeyMatches {
  const { read, count, faults } = readKeys(text);
  if (count === 0) return { keys: new Map(), faults };
  const keys = new Map<string, string>();
  const used = new Set<number>();
  let unknown = false;
  for (const { name, key, chain } of certificates) {
    const leaf = leafOf(chain);
    if (leaf === undefined) {
      unknown = true;
      continue;
    }
    const fitting = read.filter((one) => fits(leaf, one.key));
    for (const { number } of fitting) used.add(number);
    const [first] = fitting;
    if (first !== undefined) keys.set(name, `${first.pem}\n`);
    else faults.push(`holds no key for ${key}, ${certificateName(leaf)}. Add the one it was requested with.`);
  }
  // A key that fits no certificate may belong to an unreadable one, which has its own message.
  for (const { number } of unknown ? [] : read.filter((one) => !used.has(one.number)))
    faults.push(`holds a key, number ${number} of ${count}, that fits no site's certificate. Take it out.`);
  return { keys, faults };
}

/** What is wrong with a text of several keys, regardless of the certificates. */
export function unreadablePrivateKeys(text: string): readonly string[] {
  return readKeys(text).faults;
}

function readKeys(text: string) {
  const blocks = [...text.matchAll(keyBlock)].map(([pem, kind = ""]) => ({ pem, kind }));
  const faults: string[] = blocks.length === 0 ? [absence(text)] : [];
  const read = blocks.flatMap(({ pem, kind }, index) => {
    const key = readKey(pem);
    if (key !== undefined) return { pem, key, number: index + 1 };
    faults.push(`holds a key, number ${index + 1} of ${blocks.length}, that ${unreadable(pem, kind)}`);
    return [];
  });
  return { read, count: blocks.length, faults };
}

function leafOf(chain: string): X509Certificate | undefined {
  const [first, ...rest] = readCertificates(chain).certificates;
  return first === undefined ? undefined : sortChain([first, ...rest]).chain[0];
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function fits(leaf: X509Certificate, key: KeyObject): boolean {
  try {
    return leaf.checkPrivateKey(key);
  } catch {
    return false;
  }
}

function absence(text: string): string {
  if (text.includes("-----BEGIN CERTIFICATE")) return "holds a certificate and no private key. Set the keys alone.";
  return text.includes("PRIVATE KEY-----")
    ? "holds a private key that is cut off. Copy the whole of it, from BEGIN to END."
    : "holds no PEM private key. Set the content of the key files, one after another, not their paths.";
}

function unreadable(pem: string, kind: string): string {
  if (pem.includes("ENCRYPTED"))
    return "is encrypted with a passphrase, and nginx cannot ask for one. Decrypt it: openssl pkey -in FILE";
  if (kind.startsWith("OPENSSH")) return "is an SSH key. Set the keys of the sites' certificates.";
  return "cannot be read: its PEM text is damaged or of an unknown kind. Copy it again.";
}
