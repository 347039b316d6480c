import { parse } from "yaml";
import { z } from "zod";
import { laterKeys } from "./later-keys.ts";
import { stackFileSchema } from "./schema.ts";
import { secretCommand, secretKeys, secretNames } from "./secret-keys.ts";

/** The part of JSON Schema that zod writes for the stack file. */
export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly examples?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  /** Alternatives told apart by one key's value. */
  readonly oneOf?: readonly SchemaNode[];
  /** Alternatives told apart by their form. */
  readonly anyOf?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** The schema of the namespace's keys as data: what messages, `stack.schema.json` and the table in the docs read. */
export const valuesSchema = z.toJSONSchema(stackFileSchema, { io: "input", target: "draft-7" }) as SchemaNode;

/** `stack.schema.json`: a whole stack file, for editors. Other namespaces and Pulumi's own keys are let through. */
export function stackFileJsonSchema(): object {
  const plain = Object.entries(valuesSchema.properties ?? {}).map(([key, node]) => [
    `rancher:${key}`,
    // `pulumi config set` writes every number as text.
    node.type === "integer" ? { ...node, type: ["integer", "string"], pattern: "^[0-9]+$" } : node,
  ]);
  const secret = secretNames.map((name) => [
    `rancher:${name}`,
    {
      description: `${secretKeys[name].description} Set it with: ${secretCommand(name)}`,
      type: "object",
      properties: { secure: { type: "string" } },
      required: ["secure"],
      additionalProperties: false,
    },
  ]);
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Stack file of the rancher program (Pulumi.<stack>.yaml)",
    type: "object",
    properties: {
      config: {
        type: "object",
        if: { properties: { "rancher:mode": { const: "single-node" } }, required: ["rancher:mode"] },
        then: singleNode(Object.fromEntries(secret) as object),
        else: {
          properties: Object.fromEntries([...plain, ...secret]) as object,
          required: (valuesSchema.required ?? []).map((key) => `rancher:${key}`),
          ...otherNamespaces,
        },
      },
    },
    required: ["config"],
  };
  return JSON.parse(JSON.stringify(schema, withTypedExamples)) as object;
}

const otherNamespaces = { patternProperties: { "^(?!rancher:)": true }, additionalProperties: false };

/** A stack file of a shape to come: its names are known, what they will hold is not. */
function singleNode(secrets: object): object {
  const { hostname, version, ...rest } = valuesSchema.properties ?? {};
  const later = [...laterKeys.keys()].filter((key) => !key.includes("."));
  return {
    properties: {
      ...Object.fromEntries([...Object.keys(rest), ...later].map((key) => [`rancher:${key}`, true])),
      "rancher:hostname": hostname,
      "rancher:version": version,
      ...secrets,
    },
    required: ["rancher:mode", "rancher:hostname"],
    ...otherNamespaces,
  };
}

/** Examples are kept as YAML text, for messages; an editor wants them as values. */
function withTypedExamples(key: string, value: unknown): unknown {
  return key === "examples" && Array.isArray(value) ? value.map((text: string): unknown => parse(text)) : value;
}
