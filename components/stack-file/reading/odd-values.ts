import type { Problem } from "../../program/problem.ts";
import { userKey } from "./known-keys.ts";
import type { Path } from "./known-keys.ts";
import { limits } from "../fields/limits.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import { quote } from "./quote.ts";

/** Invisible characters, except line breaks, tabs and the byte order mark that some editors write. */
const invisible = /(?![\n\r\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * What no key of a stack file may contain, known or not: values that contain themselves, YAML types that JSON lacks,
 * control characters of terminals, and more values than the checks should process.
 */
export function oddValueProblems(values: Mapping): readonly Problem[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const fault = keyFault([], key);
    if (fault !== undefined) return fault;
    const counted = { values: 0 };
    const problems = oddities([key], value, { above: [], counted });
    if (counted.values <= limits.values) return problems;
    return [{ key: userKey([key]), message: `holds more than ${limits.values} values. Make it smaller.` }];
  });
}

/** Reports a file with too many keys. */
export function tooManyKeys(values: Mapping): readonly Problem[] {
  const { length } = Object.keys(values);
  return length <= limits.entries
    ? []
    : [{ key: "rancher:*", message: `has ${length} keys. Write ${limits.entries} at most.` }];
}

interface Walk {
  readonly above: readonly unknown[];
  /** Ends the walk at its limit: with YAML anchors a short file can contain millions of values. */
  readonly counted: { values: number };
}

function oddities(path: Path, value: unknown, { above, counted }: Walk): readonly Problem[] {
  counted.values += 1;
  if (counted.values > limits.values) return [];
  const report = (message: string): readonly Problem[] => [{ key: userKey(path), message }];
  if (typeof value === "string") {
    if (value.length > limits.anyText)
      return report(`is ${value.length} characters long. Write ${limits.anyText} at most.`);
    const [sign] = invisible.exec(value.replace(/^\uFEFF/, "")) ?? [];
    return sign === undefined
      ? []
      : report(`is ${quote(value)}, which has the invisible character ${codeOf(sign)}. Type the value again.`);
  }
  if (typeof value !== "object" || value === null) return [];
  if (above.includes(value))
    return report("contains itself through a YAML anchor. Write the value out instead of the alias.");
  if (above.length >= limits.levels)
    return report(`is nested more than ${limits.levels} levels deep. Write it flatter.`);
  const size = Array.isArray(value) ? value.length : Object.keys(value).length;
  if (size > limits.entries)
    return report(`has ${size} ${Array.isArray(value) ? "entries" : "keys"}. Write ${limits.entries} at most.`);
  const inside: Walk = { above: [...above, value], counted };
  if (Array.isArray(value)) return value.flatMap((item, index) => oddities([...path, index], item, inside));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    return report(
      `is a ${value.constructor.name}, from a YAML tag such as !!set, !!omap or !!binary. Write a plain mapping, list or text.`,
    );
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(
    ([key, inner]) => keyFault(path, key) ?? oddities([...path, key], inner, inside),
  );
}

function keyFault(path: Path, key: string): readonly Problem[] | undefined {
  const report = (message: string): readonly Problem[] => [{ key: userKey([...path, key]), message }];
  if (key === "__proto__") return report("is not a known key. Leave it out.");
  if (key.length > limits.key) return report(`is a key of ${key.length} characters. Write ${limits.key} at most.`);
  const [sign] = /[\p{C}\p{Zl}\p{Zp}]/u.exec(key) ?? [];
  return sign === undefined
    ? undefined
    : report(`is a key with the invisible character ${codeOf(sign)}. Type the key again.`);
}

/** `U+202E` */
function codeOf(sign: string): string {
  return `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
