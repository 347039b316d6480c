import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, parseDocument, stringify, type Document, type Pair, type YAMLMap } from "yaml";
import type { SecretName } from "../../components/stack-file/keys/secrets/secret-keys.ts";
import { configOf, keyIn, pairOf } from "../stack/stack-edit.ts";

/** Top-level keys that Pulumi needs to decrypt the secrets of a stack file. */
const providerKeys = ["secretsprovider", "encryptedkey", "encryptionsalt"] as const;

/** An encrypted secret of a stack file. */
export interface SealedSecret {
  readonly secure: string;
  readonly provider: Partial<Record<(typeof providerKeys)[number], string>>;
}

/** The secret that Pulumi set in a stack file. @throws if there is none */
export function sealedSecret(text: string, name: SecretName): SealedSecret {
  const document = parseDocument(text);
  const secure = document.getIn(["config", keyIn(configOf(document), name), "secure"]);
  if (typeof secure !== "string") throw new Error(`Pulumi did not write rancher:${name} as a secret.`);
  const provider = providerKeys.flatMap((key) => {
    const value = document.get(key);
    return typeof value === "string" ? [[key, value] as const] : [];
  });
  return { secure, provider: Object.fromEntries(provider) };
}

/** A stack file with a secret set. Keeps every other byte if the file has block style, as stack files usually do. */
export function withSecret(text: string, name: SecretName, { secure, provider }: SealedSecret): string {
  const set = editedAs(
    text,
    (document) => document.setIn(["config", keyIn(configOf(document), name)], document.createNode({ secure })),
    (document) => setInText(text, configOf(document), name, secure),
  );
  return Object.entries(provider).reduce((current, [key, value]) => withTopLevel(current, key, value), set);
}

/** A stack file without a secret. */
export function withoutSecret(text: string, name: SecretName): string {
  return editedAs(
    text,
    (document) => document.deleteIn(["config", keyIn(configOf(document), name)]),
    (document) => {
      const config = configOf(document);
      const pair = pairOf(config, keyIn(config, name));
      if (!pair || config.flow === true || config.items.length < 2 || !isScalar(pair.key)) return undefined;
      const start = text.lastIndexOf("\n", (pair.key.range?.[0] ?? 0) - 1) + 1;
      return text.slice(0, start) + text.slice(nextLine(text, endOf(pair)));
    },
  );
}

export function hasSecret(text: string, name: SecretName): boolean {
  const config = configOf(parseDocument(text));
  return config.has(keyIn(config, name));
}

/** The spliced text if it is equivalent to the library's change; otherwise the library's text. */
function editedAs(
  text: string,
  change: (document: Document) => unknown,
  splice: (document: Document) => string | undefined,
): string {
  const wanted = parseDocument(text);
  change(wanted);
  const spliced = splice(parseDocument(text));
  const means = (yaml: string) => {
    const document = parseDocument(yaml, { logLevel: "error" });
    return document.errors.length > 0 ? undefined : (document.toJS() as unknown);
  };
  return spliced !== undefined && isDeepStrictEqual(means(spliced), wanted.toJS())
    ? spliced
    : wanted.toString({ lineWidth: 0 });
}

function setInText(text: string, config: YAMLMap, name: SecretName, secure: string): string | undefined {
  const pair = pairOf(config, keyIn(config, name));
  if (pair) {
    const sealed = isMap(pair.value) ? pairOf(pair.value, "secure")?.value : undefined;
    if (sealed !== undefined) return withScalar(text, sealed, secure);
    if (isScalar(pair.value) && pair.value.value === null && isScalar(pair.key)) {
      const colon = text.indexOf(":", pair.key.range?.[1]) + 1;
      return `${text.slice(0, colon)} { secure: ${secure} }${text.slice(colon)}`;
    }
    return withScalar(text, pair.value, `{ secure: ${secure} }`);
  }
  const key = `rancher:${name}`;
  const [start] = config.range ?? [];
  const last = config.items.at(-1);
  if (start === undefined) return undefined;
  if (config.flow === true || last === undefined)
    return `${text.slice(0, start + 1)} ${key}: { secure: ${secure} }${last ? "," : " "}${text.slice(start + 1)}`;
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  if (!/^ *$/.test(indent)) return undefined;
  return withLines(text, pastComments(text, nextLine(text, endOf(last)), indent), [
    `${indent}${key}:`,
    `${indent}  secure: ${secure}`,
  ]);
}

function withTopLevel(text: string, key: string, value: string): string {
  return editedAs(
    text,
    (document) => document.set(key, value),
    (document) => {
      if (document.get(key) === value) return text;
      const written = document.get(key, true);
      const scalar = stringify(value, { lineWidth: 0 }).trimEnd();
      if (written !== undefined) return withScalar(text, written, scalar);
      return withLines(text, text.length, [`${key}: ${scalar}`]);
    },
  );
}

/** Replaces the text of a scalar. Of a block scalar, the last line break stays. */
function withScalar(text: string, node: unknown, written: string): string | undefined {
  if (!isScalar(node) || !node.range) return undefined;
  const [start, end] = node.range;
  const [rest = ""] = /\s*$/.exec(text.slice(start, end)) ?? [];
  return text.slice(0, start) + written + rest + text.slice(end);
}

/** Inserts lines at the start of a line or at the end of the text, with the line endings of the text. */
function withLines(text: string, at: number, lines: readonly string[]): string {
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  const before = text.slice(0, at);
  const gap = before === "" || before.endsWith("\n") ? "" : end;
  return before + gap + lines.map((line) => line + end).join("") + text.slice(at);
}

/** End of a pair's value, or of its key if it has no value. */
function endOf({ key, value }: Pair): number {
  return ((value ?? key) as { range?: readonly [number, number, number] | null }).range?.[1] ?? 0;
}

/** Position after the comments that, by their indentation, belong to the preceding entry. */
function pastComments(text: string, place: number, indent: string): number {
  const inside = new RegExp(`(?:[ \\t]*\\r?\\n)*${indent}[ \\t]+#[^\\n]*(?:\\n|$)`, "y");
  for (inside.lastIndex = place; inside.test(text); place = inside.lastIndex);
  return place;
}

/** Start of the next line. */
function nextLine(text: string, place: number): number {
  if (text[place - 1] === "\n") return place;
  const end = text.indexOf("\n", place);
  return end < 0 ? text.length : end + 1;
}
