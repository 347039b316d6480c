import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar, parseDocument, stringify, type Document, type Pair, type YAMLMap } from "yaml";

/** One change of a stack file: a value for a key, or undefined to remove the key. */
export interface StackEdit {
  /** Below `rancher:`: `["version"]`, `["docker", "restore"]`. */
  readonly path: readonly [string] | readonly [string, string];
  readonly value: string | undefined;
}

/**
 * A stack file with some values changed. Every other line stays unchanged, comments and spaces included, if the value
 * can be replaced in the text. Otherwise the YAML library writes the whole file, which keeps comments but may change
 * spaces.
 *
 * @throws if the file has no mapping named `config`
 */
export function editStack(text: string, edits: readonly StackEdit[]): string {
  return edits.reduce((current, edit) => editOne(current, edit), text);
}

function editOne(text: string, edit: StackEdit): string {
  const wanted = whole(text, edit);
  const spliced = splice(text, edit);
  const means = (yaml: string): unknown => parseDocument(yaml).toJS();
  return spliced !== undefined && isDeepStrictEqual(means(spliced), wanted.toJS())
    ? spliced
    : wanted.toString({ lineWidth: 0 });
}

/** The change, made by the YAML library. */
function whole(text: string, { path, value }: StackEdit): Document {
  const document = parseDocument(text);
  const config = configOf(document);
  const [name, inner] = path;
  const key = keyIn(config, name);
  const place = ["config", key, ...(inner === undefined ? [] : [inner])];
  if (value === undefined) {
    if (document.hasIn(place)) document.deleteIn(place);
  } else {
    document.setIn(place, value);
  }
  return document;
}

/** The change, made in the text at the positions that the library found; undefined if that is not simple. */
function splice(text: string, { path, value }: StackEdit): string | undefined {
  const config = configOf(parseDocument(text));
  const [name, inner] = path;
  const outer = pairOf(config, keyIn(config, name));
  if (inner === undefined) return value === undefined ? undefined : withScalar(text, outer, value);
  if (!outer) return undefined;
  const map = outer.value;
  if (!isMap(map)) return undefined;
  const pair = pairOf(map, inner);
  if (pair) return value === undefined ? withoutLine(text, map, pair) : withScalar(text, pair, value);
  if (value === undefined) return text;
  const entry = `${inner}: ${stringify(value).trimEnd()}`;
  const [start] = map.range ?? [];
  const [first] = map.items;
  if (start === undefined) return undefined;
  if (map.flow === true) return `${text.slice(0, start + 1)} ${entry}${first ? "," : " "}${text.slice(start + 1)}`;
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  return /^ *$/.test(indent) ? `${text.slice(0, start)}${entry}\n${indent}${text.slice(start)}` : undefined;
}

function withScalar(text: string, pair: Pair | undefined, value: string): string | undefined {
  const scalar = pair?.value;
  if (!isScalar(scalar) || !scalar.range) return undefined;
  const [start, end] = scalar.range;
  return `${text.slice(0, start)}${stringify(value).trimEnd()}${text.slice(end)}`;
}

/** Only if the pair is on its own lines and not the last one of its mapping. */
function withoutLine(text: string, map: YAMLMap, pair: Pair): string | undefined {
  if (map.flow === true || map.items.length < 2 || !isScalar(pair.key) || !isScalar(pair.value)) return undefined;
  const start = text.lastIndexOf("\n", (pair.key.range?.[0] ?? 0) - 1) + 1;
  const end = text.indexOf("\n", (pair.value.range?.[1] ?? 0) - 1) + 1;
  return end === 0 ? undefined : text.slice(0, start) + text.slice(end);
}

export function configOf(document: Document): YAMLMap {
  const config = document.get("config");
  if (!isMap(config)) throw new Error("the stack file has no mapping named config");
  return config;
}

/** For the engine, a key without a namespace belongs to the program. */
export function keyIn(config: YAMLMap, name: string): string {
  return config.has(name) ? name : `rancher:${name}`;
}

export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}
