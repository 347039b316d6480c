import { isMapping } from "../../components/stack-file/reading/mapping.ts";
import type { SchemaNode } from "../../components/stack-file/reading/schema-node.ts";

type Path = readonly (string | number)[];

/** A place of the schema, and the choice that selects its alternative: `kind: nginx` at `loadBalancer`. */
export interface Place {
  readonly path: Path;
  readonly choices: readonly { readonly path: Path; readonly value: unknown }[];
}

export interface Places {
  /** Every free text, in lists and mappings too. */
  readonly texts: readonly Place[];
  /** Every mapping, including the file itself. */
  readonly mappings: readonly Place[];
}

/** Every place at which a stack file of one mode may have a text or a key. */
export function placesIn(node: SchemaNode, here: Place = { path: [], choices: [] }): Places {
  const inside = (part: string | number, inner: SchemaNode) => placesIn(inner, { ...here, path: [...here.path, part] });
  const alternatives = node.oneOf ?? node.anyOf;
  if (alternatives !== undefined) return together(alternatives.map((one) => placesIn(one, chosen(here, one))));
  if (node.type === "array") return node.items === undefined ? nowhere : inside(0, node.items);
  if (node.type === "string") return node.enum || node.const ? nowhere : { texts: [here], mappings: [] };
  if (node.type !== "object") return nowhere;
  const others = (node as { readonly additionalProperties?: SchemaNode | false }).additionalProperties;
  return together([
    { texts: [], mappings: [here] },
    ...Object.entries(node.properties ?? {}).map(([name, inner]) => inside(name, inner)),
    // A place that accepts anything accepts a text.
    ...(others ? [inside("any", Object.keys(others).length === 0 ? { type: "string" } : others)] : []),
  ]);
}

const nowhere: Places = { texts: [], mappings: [] };

function together(places: readonly Places[]): Places {
  return { texts: places.flatMap(({ texts }) => texts), mappings: places.flatMap(({ mappings }) => mappings) };
}

function chosen({ path, choices }: Place, alternative: SchemaNode): Place {
  const [choice] = Object.entries(alternative.properties ?? {}).filter(([, { const: word }]) => word !== undefined);
  if (choice === undefined) return { path, choices };
  return { path, choices: [...choices, { path: [...path, choice[0]], value: choice[1].const }] };
}

/** A copy of a stack file's values with a value at a place, and everything the place needs around it. */
export function withValueAt(values: object, { path, choices }: Place, value: unknown): Record<string, unknown> {
  const changed = structuredClone(values) as Record<string, unknown>;
  for (const choice of choices) put(changed, choice.path, choice.value);
  put(changed, path, value);
  return changed;
}

function put(values: Record<string, unknown>, path: Path, value: unknown): void {
  let inner: Record<string | number, unknown> = values;
  for (const [index, part] of path.slice(0, -1).entries()) {
    const isList = typeof path[index + 1] === "number";
    const there = inner[part];
    if (isList ? !Array.isArray(there) : !isMapping(there)) inner[part] = isList ? [] : {};
    inner = inner[part] as Record<string | number, unknown>;
  }
  const last = path.at(-1) ?? "";
  // An assignment to __proto__ would set the prototype.
  Object.defineProperty(inner, last, { value, enumerable: true, configurable: true, writable: true });
}
