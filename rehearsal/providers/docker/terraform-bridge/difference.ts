import { pathText, type Change, type Difference } from "../../protocol/difference.ts";
import { isProperties, own, unknown, type Properties, type Value } from "../../protocol/property-value.ts";
import { listChanges, setChanges } from "./member-changes.ts";
import { needsReplacement } from "./replacement.ts";
import { sameValue } from "./same-value.ts";
import type { Field, Fields } from "./schema.ts";

type Path = readonly (string | number)[];

/** The reported cause of a replacement if no single property is one. */
const noSingleCause = "__meta";

interface Found {
  readonly changes: Map<string, Change>;
  readonly replaces: Set<string>;
}

/**
 * The bridge's detailed difference, which compares the state with the plan. In a set, a removed member has its index in
 * the state, and an added member that in the program's inputs.
 *
 * Facts: pkg/tfbridge/detailed_diff.go of pulumi/pulumi-terraform-bridge v3.137.0.
 */
export function terraformBridgedDifference(
  fields: Fields,
  prior: Properties,
  planned: Properties,
  inputs: Properties,
  deleteBeforeReplace: boolean,
): Difference {
  const found: Found = { changes: new Map(), replaces: new Set() };
  for (const [name, field] of Object.entries(fields)) {
    compareField(found, [name], field, false, own(prior, name), own(planned, name), own(inputs, name));
  }
  if (found.changes.size > 0 && needsReplacement(fields, prior, planned)) {
    if (found.replaces.size === 0) {
      found.changes.set(noSingleCause, "update");
      found.replaces.add(noSingleCause);
    }
    return { ...found, replaces: [...found.replaces], deleteBeforeReplace, ofState: true };
  }
  return { changes: found.changes, replaces: [], deleteBeforeReplace: false, ofState: true };
}

function compareField(
  found: Found,
  path: Path,
  field: Field,
  ofReplacingParent: boolean,
  old: Value | undefined,
  wanted: Value | undefined,
  input: Value | undefined,
): void {
  const replaces = field.replaces === true || ofReplacingParent;
  if (sameValue(field, old, wanted)) return;
  if (isAbsent(old) || isAbsent(wanted) || wanted === unknown) {
    const change = isAbsent(old) ? "add" : isAbsent(wanted) ? "delete" : "update";
    const inside = wanted === unknown ? undefined : isAbsent(wanted) ? old : wanted;
    return note(found, path, change, replaces || holdsReplacing(field, inside));
  }
  switch (field.type) {
    case "block":
      if (isProperties(old) && isProperties(wanted)) compareBlocks(found, path, field.of, old, wanted, input);
      return;
    case "map":
      return compareMaps(found, path, replaces, old as Properties, wanted as Properties);
    case "list": {
      const [olds, news] = [old as readonly Value[], wanted as readonly Value[]];
      if (field.of === "text") {
        for (const [at, change] of listChanges(olds, news)) note(found, [...path, at], change, replaces);
        return;
      }
      const { of } = field;
      for (let at = 0; at < Math.max(olds.length, news.length); at++) {
        compareMember(found, [...path, at], of, replaces, olds[at], news[at]);
      }
      return;
    }
    case "set": {
      const inputs = Array.isArray(input) ? (input as readonly Value[]) : [];
      const members = setChanges(field.of, old as readonly Value[], wanted as readonly Value[], inputs);
      if (members === undefined) return note(found, path, "update", replaces);
      for (const [at, { from, to }] of members) {
        if (field.of === "text") note(found, [...path, at], changeBetween(from, to), replaces);
        else compareMember(found, [...path, at], field.of, replaces, from, to);
      }
      return;
    }
    default:
      return note(found, path, "update", replaces);
  }
}

function compareMember(
  found: Found,
  path: Path,
  fields: Fields,
  listReplaces: boolean,
  old: Value | undefined,
  wanted: Value | undefined,
): void {
  if (isProperties(old) && isProperties(wanted)) {
    return compareBlocks(found, path, fields, old, wanted, undefined);
  }
  const one = old ?? wanted;
  note(found, path, changeBetween(old, wanted), listReplaces || blockHoldsReplacing(fields, one));
}

function compareBlocks(
  found: Found,
  path: Path,
  fields: Fields,
  old: Properties,
  wanted: Properties,
  input: Value | undefined,
): void {
  for (const [name, field] of Object.entries(fields)) {
    const inner = isProperties(input) ? own(input, name) : undefined;
    compareField(found, [...path, name], field, false, own(old, name), own(wanted, name), inner);
  }
}

function compareMaps(found: Found, path: Path, replaces: boolean, old: Properties, wanted: Properties): void {
  for (const key of new Set([...Object.keys(old), ...Object.keys(wanted)])) {
    const before = own(old, key);
    const after = own(wanted, key);
    if (before !== after || after === unknown) note(found, [...path, key], changeBetween(before, after), replaces);
  }
}

function note(found: Found, path: Path, change: Change, replaces: boolean): void {
  const text = pathText(path);
  found.changes.set(text, change);
  if (replaces) found.replaces.add(text);
}

function changeBetween(old: Value | undefined, wanted: Value | undefined): Change {
  return isAbsent(old) ? "add" : isAbsent(wanted) ? "delete" : "update";
}

/** Whether adding or removing the value requires a replacement. */
function holdsReplacing(field: Field, value: Value | undefined): boolean {
  if (field.type === "block") return blockHoldsReplacing(field.of, value);
  if ((field.type === "list" || field.type === "set") && field.of !== "text" && Array.isArray(value)) {
    const { of } = field;
    return (value as readonly Value[]).some((member) => blockHoldsReplacing(of, member));
  }
  return false;
}

function blockHoldsReplacing(fields: Fields, block: Value | undefined): boolean {
  if (!isProperties(block)) return false;
  return Object.entries(fields).some(
    ([name, field]) =>
      Object.hasOwn(block, name) && (field.replaces === true || holdsReplacing(field, own(block, name))),
  );
}

/** The bridge treats an empty list as absent, but not an empty map. */
function isAbsent(value: Value | undefined): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
