import { nodesAt } from "./known-keys.ts";
import type { Path } from "./known-keys.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import type { ModeSchema } from "../mode-schema.ts";
import type { SchemaNode } from "./schema-node.ts";

/**
 * Converts values to the types of the schema. The engine passes every top-level value as text: lists and mappings as
 * JSON, numbers as digits. Nested values can be text too: `pulumi config set --path` writes fractions as text, and
 * `--type string` everything. Values that the schema defines as text stay text.
 */
export function asWritten(values: Mapping, modeSchema: ModeSchema): Mapping {
  return Object.fromEntries(
    Object.entries(fromJsonTexts(values, modeSchema)).map(([key, value]) => [key, typed([key], value, modeSchema)]),
  );
}

/** Parses the JSON texts and changes no other type, so that limits can be checked first. */
export function fromJsonTexts(values: Mapping, modeSchema: ModeSchema): Mapping {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, fromJson([key], value, modeSchema)] as const),
  );
}

/** Parses JSON text, unless the schema allows text there. */
function fromJson(path: Path, value: unknown, modeSchema: ModeSchema): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  const nodes = nodesAt(path, modeSchema);
  if (nodes.length === 0 || nodes.some(isText)) return value;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return value;
  }
}

/** Returns the same object if nothing in it changes, so that later checks still see YAML anchors and types. */
function typed(path: Path, value: unknown, modeSchema: ModeSchema): unknown {
  if (typeof value === "string") return fromText(value, nodesAt(path, modeSchema));
  if (typeof value !== "object" || value === null || nodesAt(path, modeSchema).length === 0) return value;
  if (Array.isArray(value)) {
    const items = value.map((item, index) => typed([...path, index], item, modeSchema));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (!isMapping(value) || (prototype !== Object.prototype && prototype !== null)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, typed([...path, key], inner, modeSchema)] as const);
  return entries.some(([key, inner]) => inner !== value[key]) ? Object.fromEntries(entries) : value;
}

function fromText(text: string, nodes: readonly SchemaNode[]): unknown {
  if (nodes.some(isText)) return text;
  if (nodes.some(isNumber) && /^-?(0|[1-9]\d*)(\.\d+)?$/.test(text) && Number.isFinite(Number(text)))
    return Number(text);
  return nodes.some(isBoolean) && (text === "true" || text === "false") ? text === "true" : text;
}

/** Whether the schema allows arbitrary text, which a fixed choice such as `local` does not. */
function isText({ type, const: only, enum: choices }: SchemaNode): boolean {
  return type === "string" && only === undefined && choices === undefined;
}

export function isNumber({ type }: SchemaNode): boolean {
  return type === "number" || type === "integer";
}

export function isBoolean({ type }: SchemaNode): boolean {
  return type === "boolean";
}
