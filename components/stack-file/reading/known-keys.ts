import { printable } from "../../program/printable.ts";
import type { ModeSchema } from "../mode-schema.ts";
import type { SchemaNode } from "./schema-node.ts";

export type Path = readonly PropertyKey[];

/** A key as the user writes it: `rancher:cluster.servers[1].address`. */
export function userKey(path: Path): string {
  const [head, ...rest] = path;
  const tail = rest.map((part) => (typeof part === "number" ? `[${part}]` : `.${shown(part)}`)).join("");
  return `rancher:${shown(head)}${tail}`;
}

function shown(part: PropertyKey | undefined): string {
  const name = String(part);
  return printable(name.length > 64 ? `${name.slice(0, 60)}...` : name);
}

/** Every schema node at a path; several if the path runs through alternatives. */
export function nodesAt(path: Path, modeSchema: Pick<ModeSchema, "nodes">): readonly SchemaNode[] {
  let nodes: readonly SchemaNode[] = alternatives([modeSchema.nodes]);
  for (const part of path) {
    nodes = alternatives(below(nodes, part));
  }
  return nodes;
}

/** An example value for a path, from the schema. */
export function exampleAt(path: Path, modeSchema: ModeSchema): string | undefined {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  return below(nodesAt(path.slice(0, -1), modeSchema), last).find((node) => node.examples !== undefined)?.examples?.[0];
}

/** The discriminator and value under which a key would be valid: `source: secret`. */
export function homeOf(path: Path, key: string, modeSchema: ModeSchema): string | undefined {
  for (const node of nodesAt(path, modeSchema)) {
    if (below([node], key).length === 0) continue;
    const choice = Object.entries(node.properties ?? {}).find(([, property]) => property.const !== undefined);
    if (choice !== undefined) return `${choice[0]}: ${String(choice[1].const)}`;
  }
  return undefined;
}

/** The sibling keys under which this key belongs: `nginx` for `gzip`. */
export function parentsOf(path: Path, key: string, modeSchema: ModeSchema): readonly string[] {
  const here = nodesAt(path, modeSchema).flatMap((node) => Object.entries(node.properties ?? {}));
  return [...new Set(here.filter(([, node]) => below(alternatives([node]), key).length > 0).map(([name]) => name))];
}

/** All paths in the file at which a key of this name is known, except inside lists. */
export function placesOf(key: string, { nodes }: ModeSchema): readonly Path[] {
  const paths = knownPaths.get(nodes) ?? pathsIn(nodes);
  knownPaths.set(nodes, paths);
  return paths.filter((path) => path.at(-1) === key);
}

/** A cache, because a stack file may have thousands of unknown keys, and each is looked up. */
const knownPaths = new WeakMap<SchemaNode, readonly Path[]>();

function pathsIn(nodes: SchemaNode): readonly Path[] {
  const inside = (node: SchemaNode, path: Path): readonly Path[] =>
    alternatives([node]).flatMap((one) =>
      Object.entries(one.properties ?? {}).flatMap(([name, property]) => [
        [...path, name],
        ...inside(property, [...path, name]),
      ]),
    );
  return [...new Map(inside(nodes, []).map((path) => [userKey(path), path])).values()];
}

function below(nodes: readonly SchemaNode[], part: PropertyKey): readonly SchemaNode[] {
  return nodes.flatMap((node) => {
    if (typeof part === "number") return node.items ?? [];
    const properties = node.properties ?? {};
    return Object.hasOwn(properties, part) ? (properties[String(part)] ?? []) : [];
  });
}

/** The alternatives of nodes that have some, and the other nodes themselves. */
export function alternatives(nodes: readonly SchemaNode[]): readonly SchemaNode[] {
  return nodes.flatMap((node) => {
    const choices = node.oneOf ?? node.anyOf;
    return choices === undefined ? [node] : alternatives(choices);
  });
}
