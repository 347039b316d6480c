import { parse } from "yaml";
import { modeSchemas } from "./mode-schemas.ts";
import type { ModeSchema } from "./mode-schemas.ts";
import { secretCommand, secretKeys, secretsOf } from "./secret-keys.ts";

/** `stack.schema.json`: a whole stack file, for editors. Other namespaces and Pulumi's own keys are let through. */
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
  const plain = Object.entries(nodes.properties ?? {}).map(([key, node]) => [
    `rancher:${key}`,
    // `pulumi config set` writes every number as text.
    node.type === "integer" ? { ...node, type: ["integer", "string"], pattern: "^[0-9]+$" } : node,
  ]);
  const secret = secretsOf(mode).map((name) => [
    `rancher:${name}`,
    {
      description: `${secretKeys[name].description} Set it with: ${secretCommand(name)}`,
      type: "object",
      properties: { secure: { type: "string" } },
      required: ["secure"],
      additionalProperties: false,
    },
  ]);
  return {
    properties: Object.fromEntries([...plain, ...secret]) as object,
    required: (nodes.required ?? []).map((key) => `rancher:${key}`),
    // Other namespaces and Pulumi's own keys are let through.
    patternProperties: { "^(?!rancher:)": true },
    additionalProperties: false,
  };
}

/** Examples are kept as YAML text, for messages; an editor wants them as values. */
function withTypedExamples(key: string, value: unknown): unknown {
  return key === "examples" && Array.isArray(value) ? value.map((text: string): unknown => parse(text)) : value;
}
