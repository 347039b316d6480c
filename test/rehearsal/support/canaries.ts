import { parse } from "yaml";

/** Forms in which a secret would appear: each text, and the name of its secret. */
export type Needles = ReadonlyMap<string, string>;

/** Characters of a piece: a log may break or cut a long secret, and a piece of it is too much already. */
const pieceLength = 64;
/** Shorter ones occur by chance. */
const shortest = 12;

/**
 * What to search for when none of the secrets may appear: their lines, in pieces, raw, base64 at any offset, and
 * escaped for JSON and URLs. The first piece of a long secret is left out: every key of its kind begins with it.
 *
 * @param secrets Texts by name: keys in PEM, single words.
 */
export function needlesOf(secrets: Readonly<Record<string, string>>): Needles {
  const needles = new Map<string, string>();
  for (const [name, text] of Object.entries(secrets)) {
    const pieces = piecesOf(text);
    if (pieces.length === 0) throw new Error(`${name} is too short to be distinguished from other text`);
    for (const piece of pieces) for (const form of formsOf(piece)) needles.set(form, name);
  }
  return needles;
}

/** What is secret in a kubeconfig: the key of its user, as it stands there and as what it means. */
export function secretsOfKubeconfig(kubeconfig: string): Record<string, string> {
  const { users } = parse(kubeconfig) as { users: { user: Record<string, string> }[] };
  const [data = ""] = users.flatMap(({ user }) => user["client-key-data"] ?? []);
  return { "client-key-data of the kubeconfig": data, "client key": Buffer.from(data, "base64").toString() };
}

/** Names of the secrets that a text contains. */
export function givenAway(text: string, needles: Needles): string[] {
  return [...new Set([...needles].filter(([needle]) => text.includes(needle)).map(([, name]) => name))];
}

function piecesOf(text: string): string[] {
  const pieces = text
    .split("\n")
    .filter((line) => !line.startsWith("-----"))
    .flatMap((line) => line.match(new RegExp(`.{1,${pieceLength}}`, "g")) ?? []);
  return (pieces.length > 1 ? pieces.slice(1) : pieces).filter((piece) => piece.length >= shortest);
}

function formsOf(piece: string): Set<string> {
  const encoded = [0, 1, 2].map((offset) => insideBase64(piece, offset));
  return new Set([
    piece,
    piece.replaceAll("/", "\\/"),
    encodeURIComponent(piece),
    ...encoded,
    ...encoded.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
  ]);
}

/** The part of a longer text's base64 that depends on this piece alone, when it begins `offset` bytes after a group. */
function insideBase64(piece: string, offset: number): string {
  const encoded = Buffer.from("\0".repeat(offset) + piece).toString("base64");
  const whole = Math.floor((offset + Buffer.byteLength(piece)) / 3) * 4;
  return encoded.slice([0, 2, 3][offset], whole);
}
