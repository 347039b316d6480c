/** Limits of a stack file. Larger than what anybody needs, and small enough that every check of it is quick. */
export const limits = {
  /** Characters of a text, where its key has no limit of its own. */
  text: 1024,
  /** Characters of PEM text that stands in the stack file itself. A file may have 1 MiB. */
  pem: 64 * 1024,
  /** Characters of an environment variable's value. */
  environmentValue: 8 * 1024,
  /** Characters of any text, where the schema knows no more, as inside `chartValues`. */
  anyText: 128 * 1024,
  /** Characters of a secret as Pulumi encrypts it, which is longer than its text. */
  sealed: 256 * 1024,
  /** Characters of a number or boolean that `pulumi config set` wrote as text. */
  digits: 16,
  /** Characters of a key: what DNS allows for a name. */
  key: 253,
  /** Entries of a list, keys of a mapping. */
  entries: 256,
  /** Values below one key of the top level, lists and mappings included. */
  values: 5000,
  /** Mappings and lists inside one another. */
  levels: 32,
  /** Problems of one report. */
  problems: 100,
  /** Certificates of a chain. */
  chain: 16,
  /** Certificates of one text: more than the list of public CAs has. */
  certificates: 512,
} as const;
