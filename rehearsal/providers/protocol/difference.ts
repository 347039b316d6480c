import { isProperties, own, reveal, Secret, type Properties, type Value, unknown } from "./property-value.ts";

/** The change of one property. */
export type Change = "add" | "delete" | "update";

/** The result of a provider's diff. Paths are in Pulumi's syntax: `a.b[0]["c.d"]`. */
export interface Difference {
  readonly changes: ReadonlyMap<string, Change>;
  /** The changed paths that require a replacement. */
  readonly replaces: readonly string[];
  /** Delete the old one first, because both cannot exist at the same time. */
  readonly deleteBeforeReplace: boolean;
  /** Whether paths refer to the old state, and replacements are reported by property. @default false */
  readonly ofState?: boolean;
}

/** Every leaf in which `news` differs from `olds`. Secrets are compared by content; an unknown is a change. */
export function changedPaths(olds: Properties, news: Properties): Map<string, Change> {
  const changes = new Map<string, Change>();
  compareMaps([], olds, news, changes);
  return changes;
}

/** A property path as text. */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((step, at) => {
      if (typeof step === "number") return `[${step}]`;
      if (/^[A-Za-z_$][\w$-]*$/.test(step)) return at === 0 ? step : `.${step}`;
      return `["${step.replaceAll('"', '\\"')}"]`;
    })
    .join("");
}

type Path = readonly (string | number)[];

function compareMaps(path: Path, olds: Properties, news: Properties, changes: Map<string, Change>): void {
  for (const key of new Set([...Object.keys(olds), ...Object.keys(news)])) {
    compare([...path, key], own(olds, key), own(news, key), changes);
  }
}

function compare(path: Path, old: Value | undefined, wanted: Value | undefined, changes: Map<string, Change>): void {
  const before = old instanceof Secret ? old.value : old;
  const after = wanted instanceof Secret ? wanted.value : wanted;
  if (isAbsent(before) && isAbsent(after)) return;
  if (isAbsent(before)) return void changes.set(pathText(path), "add");
  if (isAbsent(after)) return void changes.set(pathText(path), "delete");
  if (isProperties(before) && isProperties(after)) return compareMaps(path, before, after, changes);
  if (Array.isArray(before) && Array.isArray(after)) {
    const [olds, news] = [before as readonly Value[], after as readonly Value[]];
    for (let at = 0; at < Math.max(olds.length, news.length); at++) {
      compare([...path, at], olds[at], news[at], changes);
    }
    return;
  }
  if (after === unknown || before === unknown || !sameScalar(before, after)) changes.set(pathText(path), "update");
}

function isAbsent(value: Value | undefined): value is null | undefined {
  return value === undefined || value === null;
}

function sameScalar(before: Value, after: Value): boolean {
  return typeof before === typeof after && JSON.stringify(reveal(before)) === JSON.stringify(reveal(after));
}
