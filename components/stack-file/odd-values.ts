import type { Problem } from "../problem.ts";
import { userKey } from "./known-keys.ts";
import type { Path } from "./known-keys.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import { quote } from "./quote.ts";

const deepest = 32;
const longestKey = 253;
const longestText = 128 * 1024;

/** Everything that is invisible, but for line breaks, tabs and the mark some editors put at the start of a file. */
const invisible = /(?![\n\r\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/**
 * What no key of a stack file may hold, known or not: values that hold themselves, types of YAML that JSON lacks, and
 * characters that a terminal obeys.
 */
export function oddValueProblems(values: Mapping): readonly Problem[] {
  return Object.entries(values).flatMap(([key, value]) => keyFault([], key) ?? oddities([key], value, []));
}

function oddities(path: Path, value: unknown, above: readonly unknown[]): readonly Problem[] {
  const report = (message: string): readonly Problem[] => [{ key: userKey(path), message }];
  if (typeof value === "string") {
    if (value.length > longestText) return report(`is ${value.length} characters long. Write 131072 at most.`);
    const [sign] = invisible.exec(value.replace(/^\uFEFF/, "")) ?? [];
    return sign === undefined
      ? []
      : report(`is ${quote(value)}, which has the invisible character ${codeOf(sign)}. Type the value again.`);
  }
  if (typeof value !== "object" || value === null) return [];
  if (above.includes(value))
    return report("contains itself through a YAML anchor. Write the value out instead of the alias.");
  if (above.length >= deepest) return report(`is nested more than ${deepest} levels deep. Write it flatter.`);
  if (Array.isArray(value)) return value.flatMap((item, index) => oddities([...path, index], item, [...above, value]));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    return report(
      `is a ${value.constructor.name}, from a YAML tag such as !!set, !!omap or !!binary. Write a plain mapping, list or text.`,
    );
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(
    ([key, inner]) => keyFault(path, key) ?? oddities([...path, key], inner, [...above, value]),
  );
}

function keyFault(path: Path, key: string): readonly Problem[] | undefined {
  const report = (message: string): readonly Problem[] => [{ key: userKey([...path, key]), message }];
  if (key === "__proto__") return report("is not a known key. Leave it out.");
  if (key.length > longestKey) return report(`is a key of ${key.length} characters. Write ${longestKey} at most.`);
  const [sign] = /[\p{C}\p{Zl}\p{Zp}]/u.exec(key) ?? [];
  return sign === undefined
    ? undefined
    : report(`is a key with the invisible character ${codeOf(sign)}. Type the key again.`);
}

/** `U+202E` */
function codeOf(sign: string): string {
  return `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
