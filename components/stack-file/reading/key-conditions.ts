import type { Problem } from "../../program/problem.ts";
import type { OnlyWith } from "../fields/only-with.ts";
import { alternatives, nodesAt, userKey } from "./known-keys.ts";
import { isMapping, type Mapping } from "./mapping.ts";
import type { SchemaNode } from "./schema-node.ts";

/** The schema with a sentence about its condition in the description of every such key. */
export function describeConditions(node: SchemaNode, root = node, path: readonly string[] = []): SchemaNode {
  const inside = (one: SchemaNode) => describeConditions(one, root, path);
  const { onlyWith: condition, properties, items, oneOf, anyOf } = node;
  return {
    ...node,
    ...(condition !== undefined &&
      !isGranted(condition, root) && {
        description: [node.description, `Only with ${choiceOf(condition, path, (text) => `\`${text}\``)}.`].join(" "),
      }),
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, one]) => [key, describeConditions(one, root, [...path, key])]),
      ),
    }),
    ...(items !== undefined && { items: inside(items) }),
    ...(oneOf !== undefined && { oneOf: oneOf.map(inside) }),
    ...(anyOf !== undefined && { anyOf: anyOf.map(inside) }),
  };
}

/** Whether the mode has no other value for the other key. */
function isGranted({ key, is }: OnlyWith, root: SchemaNode): boolean {
  const nodes = nodesAt(key.split("."), { nodes: root });
  return nodes.length > 0 && nodes.every((node) => is.some((value) => value === node.const));
}

/**
 * Keys of the stack file that have no effect beside another one.
 *
 * @param values as written, without the defaults that parsing adds
 * @param parsed with defaults, without what is invalid
 */
export function onlyWithProblems(
  values: Mapping,
  parsed: Mapping,
  nodes: SchemaNode,
  invalid: ReadonlySet<string>,
): readonly Problem[] {
  return conditionsIn(nodes, values).flatMap(({ path, condition }): Problem[] => {
    const value = valueOf(condition.key.split("."), parsed, nodes, invalid);
    if (value === undefined || condition.is.some((one) => one === value)) return [];
    const choice = choiceOf(condition, path);
    const message = `has no effect: ${condition.because}. Leave it out, or choose ${choice}.`;
    return [{ key: userKey(path), message }];
  });
}

interface Conditional {
  readonly path: readonly string[];
  readonly condition: OnlyWith;
}

/** The conditions of all keys that are written. */
function conditionsIn(node: SchemaNode, value: unknown, path: readonly string[] = []): readonly Conditional[] {
  // An empty list counts as none, except for `versionAccess`, where it means no network.
  if (Array.isArray(value) && value.length === 0 && path.at(-1) !== "versionAccess") return [];
  if (node.onlyWith !== undefined) return [{ path, condition: node.onlyWith }];
  if (!isMapping(value)) return [];
  return alternatives([node])
    .filter((one) => isWrittenAs(one, value))
    .flatMap(({ properties = {} }) => Object.entries(properties))
    .flatMap(([key, inner]) => (Object.hasOwn(value, key) ? conditionsIn(inner, value[key], [...path, key]) : []));
}

/** Whether a mapping is written as this alternative: its discriminator, such as `kind`, has the alternative's value. */
function isWrittenAs(alternative: SchemaNode, value: Mapping): boolean {
  return discriminatorsOf(alternative).every(
    (key) => !Object.hasOwn(value, key) || value[key] === alternative.properties?.[key]?.const,
  );
}

function discriminatorsOf({ properties = {} }: SchemaNode): readonly string[] {
  return Object.keys(properties).filter((key) => properties[key]?.const !== undefined);
}

/**
 * The value a key has, also by default. Undefined if it cannot be known, because something it depends on is invalid.
 */
function valueOf(path: readonly string[], parsed: Mapping, nodes: SchemaNode, invalid: ReadonlySet<string>): unknown {
  const [last = ""] = path.slice(-1);
  const blockPath = path.slice(0, -1);
  const choices = alternatives(nodesAt(blockPath, { nodes }));
  const decisive = [
    ...path.map((_, index) => path.slice(0, index + 1)),
    ...choices.flatMap(discriminatorsOf).map((key) => [...blockPath, key]),
  ];
  const block = blockPath.reduce<unknown>((value, part) => (isMapping(value) ? value[part] : undefined), parsed);
  if (!isMapping(block) || decisive.some((each) => invalid.has(userKey(each)))) return undefined;
  const standard = choices.find((one) => isWrittenAs(one, block))?.properties?.[last]?.default;
  return block[last] ?? standard;
}

/** `layer: 7`, or `rancher:tls.source: rancher or letsEncrypt` for a key elsewhere in the stack file. */
function choiceOf({ key, is }: OnlyWith, path: readonly string[], quote = (text: string) => text): string {
  const name = key.split(".")[0] === path[0] ? key.slice(key.lastIndexOf(".") + 1) : `rancher:${key}`;
  const [first = "", ...others] = is.map(String);
  return [quote(`${name}: ${first}`), ...others.map(quote)].join(" or ");
}
