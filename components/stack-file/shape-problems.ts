import type { z } from "zod";
import { listed } from "../problem.ts";
import type { Problem } from "../problem.ts";
import { exampleAt, homeOf, nodesAt, parentsOf, userKey } from "./known-keys.ts";
import type { Path } from "./known-keys.ts";
import { laterKeys } from "./later-keys.ts";
import { nearest } from "./nearest.ts";
import { quote } from "./quote.ts";
import { secretCommand, secretKeys, secretNames } from "./secret-keys.ts";
import type { SecretName } from "./secret-keys.ts";

type Issue = z.core.$ZodIssue;

const wanted: Readonly<Record<string, string>> = {
  string: "text",
  number: "a whole number",
  int: "a whole number",
  boolean: "true or false",
  object: "a mapping of keys",
  record: "a mapping of keys",
  array: "a list",
};

/** One issue of the schema in the user's words. `value` is what stands at the issue's path, nothing when it is missing. */
export function shapeProblem(issue: Issue, value: unknown): readonly Problem[] {
  const { path } = issue;
  const key = userKey(path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknown) => unknownKey(path, unknown));
    case "custom":
      return [{ key, message: issue.message }];
    case "invalid_type":
      return [{ key, message: value === undefined ? missing(path) : wrongType(path, issue.expected, value) }];
    case "invalid_union":
      if (value === undefined) return [{ key, message: missing(path) }];
      return [{ key, message: issue.errors.length === 0 ? notAChoice(value, choicesAt(path)) : noForm(path, value) }];
    case "invalid_value":
      return [{ key, message: value === undefined ? missing(path) : notAChoice(value, issue.values.map(String)) }];
    case "too_small":
    case "too_big":
      return [{ key, message: outOfRange(path, value) }];
    default:
      return [{ key, message: `is ${quote(value)}: ${issue.message}.` }];
  }
}

/** A key nobody knows: kept for later, at home elsewhere, misspelt, or a path written as a key. */
export function unknownKey(path: Path, unknown: string): Problem {
  const key = userKey([...path, unknown]);
  const later = laterKeys.get([...path.filter((part) => typeof part === "string"), unknown].join("."));
  if (later !== undefined)
    return { key, message: `is kept for ${later}. That comes in a later release; leave it out.` };
  const home = homeOf(path, unknown);
  if (home !== undefined) return { key, message: `belongs to ${home}. Leave it out, or choose ${home}.` };
  const parents = parentsOf(path, unknown);
  const [parent] = parents;
  if (parent !== undefined && parents.length === 1)
    return { key, message: `belongs inside ${userKey([...path, parent])}. Move it there.` };
  const known = knownAt(path);
  const [head = "", ...inner] = unknown.split(/[.[]/);
  if (inner.length > 0 && known.includes(head))
    return { key, message: `is a path, not a key. Write it as keys inside ${userKey([...path, head])}.` };
  const meant = nearest(unknown, known);
  if (meant !== undefined) return { key, message: `is not a known key. Did you mean ${meant}?` };
  return { key, message: `is not a known key. Known here: ${listed(known)}.` };
}

function knownAt(path: Path): readonly string[] {
  const plain = nodesAt(path).flatMap((node) => Object.keys(node.properties ?? {}));
  return [...new Set([...plain, ...(path.length === 0 ? secretNames : [])])];
}

function choicesAt(path: Path): readonly string[] {
  return nodesAt(path).flatMap((node) => (node.const === undefined ? [] : [String(node.const)]));
}

/** `tls.certificate` and the like: the last name, and an example of its value. */
export function missing(path: Path): string {
  const example = exampleAt(path) ?? choicesAt(path)[0];
  const name = path.findLast((part) => typeof part === "string");
  if (path.length === 1 && secretNames.includes(String(name) as SecretName)) {
    const secret = String(name) as SecretName;
    return `is missing. ${secretKeys[secret].description} Set it with: ${secretCommand(secret)}`;
  }
  return example === undefined ? "is missing." : `is missing. Add it, for example: ${String(name)}: ${example}`;
}

function wrongType(path: Path, expected: string, value: unknown): string {
  const kind = wanted[expected] ?? expected;
  if (value === null || value === "") return `is empty, but must be ${kind}. Give it a value or leave it out.`;
  if (typeof value === "string" && /^\d+$/.test(value) && kind === "a whole number")
    return `is the text "${value}", but must be a whole number. Leave out the quotes.`;
  const example = exampleAt(path);
  const such = example === undefined ? "" : `, such as ${example}`;
  const what = typeof value === "string" ? quote(value) : `the ${typeof value} ${quote(value)}`;
  return `is ${typeof value === "object" ? quote(value) : what}, but must be ${kind}${such}.`;
}

function notAChoice(value: unknown, choices: readonly string[]): string {
  const meant = typeof value === "string" ? nearest(value, choices) : undefined;
  const hint = meant === undefined || choices.length === 1 ? "" : ` Did you mean ${meant}?`;
  return `is ${quote(value)}, but must be ${listed(choices, "or")}.${hint}`;
}

/** The value may be written in several forms, and is in none of them. */
function noForm(path: Path, value: unknown): string {
  const forms = nodesAt(path).map((node) => {
    if (node.const !== undefined) return String(node.const);
    return wanted[node.type ?? ""] ?? "something else";
  });
  return wrongType(path, listed(forms, "or"), value);
}

function outOfRange(path: Path, value: unknown): string {
  if (Array.isArray(value)) return `is an empty list. Add at least one, for example: ${exampleAt([...path, 0]) ?? ""}`;
  if (value === "") return "is empty. Give it a value or leave it out.";
  const [node] = nodesAt(path);
  return `is ${quote(value)}, but must be from ${String(node?.minimum)} to ${String(node?.maximum)}.`;
}
