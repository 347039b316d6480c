import { modeSchemas } from "./mode-schemas.ts";
import type { ModeSchema } from "./mode-schema.ts";
import type { SchemaNode } from "./reading/schema-node.ts";
import { secretKeys, secretNames, secretsOf } from "./keys/secrets/secret-keys.ts";
import type { SecretName } from "./keys/secrets/secret-keys.ts";

interface Row {
  readonly key: string;
  readonly value: string;
  readonly standard: string;
  readonly meaning: string;
}

/** The tables of all keys, in Markdown, for the documentation. */
export function keyTable(): string {
  const secrets = secretNames.map((name): Row => ({
    key: `rancher:${name}`,
    value: "secret",
    standard: "",
    meaning: `${secretKeys[name].description}${modeNote(name)}`,
  }));
  return [
    "### High availability",
    table(rowsOfModeSchema(modeSchemas["high-availability"])),
    "### Single node",
    table(rowsOfModeSchema(modeSchemas["single-node"])),
    "### Secrets",
    table(secrets),
  ].join("\n\n");
}

function modeNote(name: SecretName): string {
  if (!secretsOf("single-node").includes(name)) return " High availability only.";
  return secretsOf("high-availability").includes(name) ? "" : " Single node only.";
}

function rowsOfModeSchema({ keys, nodes }: ModeSchema): readonly Row[] {
  return Object.keys(keys).flatMap((key) => {
    const node = nodes.properties?.[key];
    return node === undefined ? [] : rowsOf(`rancher:${key}`, node, nodes.required?.includes(key) ?? false);
  });
}

function table(rows: readonly Row[]): string {
  const head = ["| key | value | default | meaning |", "|---|---|---|---|"];
  // Keys that several kinds of load balancer share are listed once.
  const lines = new Set(rows.map(markdown));
  return [...head, ...lines].join("\n");
}

function rowsOf(key: string, node: SchemaNode, required: boolean): readonly Row[] {
  const own: Row = { key, value: valueOf(node), standard: standardOf(node, required), meaning: node.description ?? "" };
  const list = node.items === undefined ? [] : inner(`${key}[]`, node.items);
  return [own, ...inner(key, node), ...list];
}

function inner(key: string, node: SchemaNode): readonly Row[] {
  const choices = node.oneOf ?? node.anyOf;
  if (choices !== undefined) return choices.flatMap((choice) => inner(key, choice));
  return Object.entries(node.properties ?? {}).flatMap(([name, property]) =>
    rowsOf(`${key}.${name}`, property, node.required?.includes(name) ?? false),
  );
}

function valueOf(node: SchemaNode): string {
  if (node.anyOf !== undefined) return node.anyOf.map(valueOf).join(" or ");
  if (node.const !== undefined) return `\`${String(node.const)}\``;
  if (node.enum !== undefined) return node.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (node.type === "integer" || node.type === "number") return `${String(node.minimum)} to ${String(node.maximum)}`;
  if (node.type === "boolean") return "`true`, `false`";
  if (node.type === "array") return "list";
  return node.type === "string" ? "text" : "mapping";
}

function standardOf(node: SchemaNode, required: boolean): string {
  if (required) return "required";
  const { default: standard } = node;
  if (standard === undefined || (typeof standard === "object" && Object.keys(standard ?? {}).length === 0)) return "";
  return `\`${typeof standard === "object" ? JSON.stringify(standard) : String(standard)}\``;
}

function markdown({ key, value, standard, meaning }: Row): string {
  return `| \`${key}\` | ${value} | ${standard} | ${meaning.replaceAll("|", "\\|")} |`;
}
