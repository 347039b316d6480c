import { parse } from "yaml";
import { isBoolean, isNumber } from "./reading/as-written.ts";
import { limits } from "./fields/limits.ts";
import { modeSchemas } from "./mode-schemas.ts";
import type { ModeSchema } from "./mode-schema.ts";
import type { SchemaNode } from "./reading/schema-node.ts";
import { secretCommand, secretKeys, secretsOf } from "./keys/secrets/secret-keys.ts";

/** `stack.schema.json`: a whole stack file, for editors. Other namespaces and Pulumi's own keys are allowed. */
export function stackFileJsonSchema(): object {
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Stack file of the rancher program (Pulumi.<stack>.yaml)",
    type: "object",
    properties: {
      config: {
        type: "object",
        if: { properties: { "rancher:mode": { const: "single-node" } }, required: ["rancher:mode"] },
        then: configOf(modeSchemas["single-node"]),
        else: configOf(modeSchemas["high-availability"]),
      },
    },
    required: ["config"],
  };
  return JSON.parse(JSON.stringify(schema, withTypedExamples)) as object;
}

function configOf({ mode, nodes }: ModeSchema): object {
  const plain = Object.entries(nodes.properties ?? {}).map(([key, node]) => [`rancher:${key}`, alsoAsText(node)]);
  const secret = secretsOf(mode).map((name) => [
    `rancher:${name}`,
    {
      description: `${secretKeys[name].description} Set it with: ${secretCommand(name)}`,
      type: "object",
      properties: { secure: { type: "string", maxLength: limits.sealed } },
      required: ["secure"],
      additionalProperties: false,
    },
  ]);
  return {
    properties: Object.fromEntries([...plain, ...secret]) as object,
    required: (nodes.required ?? []).map((key) => `rancher:${key}`),
    // Other namespaces and Pulumi's own keys are allowed.
    patternProperties: { "^(?!rancher:)": true },
    additionalProperties: false,
  };
}

/** Allows numbers and booleans also as text, which `pulumi config set` writes. */
function alsoAsText(node: SchemaNode): object {
  const { const: only, enum: choices = only === undefined ? undefined : [only], ...rest } = node;
  const inside = Object.entries(rest).map(([key, value]) => {
    if (key === "properties") return [key, mapValues(node.properties, alsoAsText)];
    if (key === "oneOf" || key === "anyOf") return [key, node[key]?.map(alsoAsText)];
    return [key, key === "items" && node.items ? alsoAsText(node.items) : (value as unknown)];
  });
  const pattern = textPattern(node);
  if (pattern === undefined) return { ...node, ...(Object.fromEntries(inside) as object) };
  const values =
    choices === undefined ? { pattern, maxLength: limits.digits } : { enum: [...choices, ...choices.map(String)] };
  return { ...(Object.fromEntries(inside) as object), type: [node.type, "string"], ...values };
}

function textPattern(node: SchemaNode): string | undefined {
  if (isBoolean(node)) return "^(true|false)$";
  if (!isNumber(node)) return undefined;
  return node.type === "integer" ? "^(0|[1-9][0-9]*)$" : "^(0|[1-9][0-9]*)(\\.[0-9]+)?$";
}

function mapValues(nodes: SchemaNode["properties"] = {}, change: (node: SchemaNode) => object): object {
  return Object.fromEntries(Object.entries(nodes).map(([key, node]) => [key, change(node)]));
}

/** Examples are YAML text in messages; editors need them as values. Conditions are in the descriptions. */
function withTypedExamples(key: string, value: unknown): unknown {
  if (key === "onlyWith") return undefined;
  return key === "examples" && Array.isArray(value) ? value.map((text: string): unknown => parse(text)) : value;
}
