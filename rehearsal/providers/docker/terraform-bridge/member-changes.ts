import type { Change } from "../../protocol/difference.ts";
import { isProperties, own, type Value } from "../../protocol/property-value.ts";
import { memberPrint, sameValue } from "./same-value.ts";
import type { Fields } from "./schema.ts";

/** The smallest set of added and removed members of a list of texts, by index. */
export function listChanges(olds: readonly Value[], news: readonly Value[]): Map<number, Change> {
  const kept = keptPairs(olds, news);
  const [oldKept, newKept] = [new Set(kept.map(([old]) => old)), new Set(kept.map(([, wanted]) => wanted))];
  const changes = new Map<number, Change>();
  olds.forEach((_, at) => {
    if (!oldKept.has(at)) changes.set(at, "delete");
  });
  news.forEach((_, at) => {
    if (!newKept.has(at)) changes.set(at, changes.has(at) ? "update" : "add");
  });
  return changes;
}

/** The longest common subsequence, as pairs of indices. */
function keptPairs(olds: readonly Value[], news: readonly Value[]): [number, number][] {
  const lengths = Array.from({ length: olds.length + 1 }, () => new Array<number>(news.length + 1).fill(0));
  const at = (old: number, wanted: number): number => lengths[old]?.[wanted] ?? 0;
  for (let old = olds.length - 1; old >= 0; old--) {
    for (let wanted = news.length - 1; wanted >= 0; wanted--) {
      lengths[old]![wanted] =
        olds[old] === news[wanted] ? at(old + 1, wanted + 1) + 1 : Math.max(at(old + 1, wanted), at(old, wanted + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let old = 0, wanted = 0; old < olds.length && wanted < news.length;) {
    if (olds[old] === news[wanted]) pairs.push([old++, wanted++]);
    else if (at(old + 1, wanted) >= at(old, wanted + 1)) old++;
    else wanted++;
  }
  return pairs;
}

/** A removed, added or replaced member of a set. */
export interface MemberChange {
  readonly from?: Value;
  readonly to?: Value;
}

/**
 * The changes of a set, by index. Undefined if an added member is not found in the inputs; then the whole set is reported
 * as changed.
 */
export function setChanges(
  of: "text" | Fields,
  olds: readonly Value[],
  news: readonly Value[],
  inputs: readonly Value[],
): Map<number, MemberChange> | undefined {
  const [before, after] = [new Set(olds.map((one) => memberPrint(of, one))), news.map((one) => memberPrint(of, one))];
  const added = news.filter((one) => !before.has(memberPrint(of, one)));
  const changes = new Map<number, MemberChange>();
  olds.forEach((one, at) => {
    if (!after.includes(memberPrint(of, one))) changes.set(at, { from: one });
  });
  if (added.length > 0 && inputs.length < news.length) return undefined;
  const used = new Set<number>();
  for (const member of added) {
    const at = inputs.findIndex((input, index) => !used.has(index) && isFrom(of, input, member));
    if (at < 0) return undefined;
    used.add(at);
    changes.set(at, { ...changes.get(at), to: member });
  }
  return changes;
}

/**
 * Whether the planned member is this input, apart from values that the engine chooses. The bridge does not recognise a
 * member in which the plan has filled in the zero value of a text, a number or a flag.
 */
function isFrom(of: "text" | Fields, input: Value, planned: Value): boolean {
  if (of === "text") return input === planned;
  if (!isProperties(input) || !isProperties(planned)) return false;
  return Object.entries(of).every(([name, field]) => {
    const given = own(input, name) ?? undefined;
    const filled = own(planned, name) ?? undefined;
    if (field.computed === true && given === undefined) return true;
    const isScalar = field.type === "text" || field.type === "whole" || field.type === "flag";
    return isScalar ? given === filled : sameValue(field, given, filled);
  });
}
