/** Limits of a stack file: more than any stack needs, and small enough that every check is fast. */
export const limits = {
  /** Characters of a text without its own limit. */
  text: 1024,
  /** Characters of PEM text inside the stack file. A separate file may have 1 MiB. */
  pem: 64 * 1024,
  /** Characters of an environment variable's value. */
  environmentValue: 8 * 1024,
  /** Characters of any text without a schema, as inside `chartValues`. */
  anyText: 128 * 1024,
  /** Characters of a secret as Pulumi encrypts it, which is longer than its text. */
  sealed: 256 * 1024,
  /** Characters of a number or boolean that `pulumi config set` wrote as text. */
  digits: 16,
  /** Characters of a key: the maximum of a DNS name. */
  key: 253,
  /** Entries of a list, keys of a mapping. */
  entries: 256,
  /** Values below one top-level key, lists and mappings included. */
  values: 5000,
  /** Nesting levels of mappings and lists. */
  levels: 32,
  /** Problems of one report. */
  problems: 100,
  /** Certificates of a chain. */
  chain: 16,
  /** Certificates of one text: more than there are public CAs. */
  certificates: 512,
} as const;
