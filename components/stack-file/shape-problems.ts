import type { z } from "zod";
import { listed } from "../problem.ts";
import type { Problem } from "../problem.ts";
import { aliasOf } from "./aliases.ts";
import type { Alias } from "./aliases.ts";
import type { Form } from "./forms.ts";
import { exampleAt, homeOf, nodesAt, parentsOf, placesOf, userKey } from "./known-keys.ts";
import type { Path } from "./known-keys.ts";
import { laterKeys } from "./later-keys.ts";
import { nearest } from "./nearest.ts";
import { keyOfOtherMode } from "./other-mode.ts";
import { quote } from "./quote.ts";
import { secretCommand, secretsOf } from "./secret-keys.ts";

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
export function shapeProblem(issue: Issue, value: unknown, form: Form): readonly KeyProblem[] {
  const { path } = issue;
  const key = userKey(path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknown) => unknownKey(path, unknown, form));
    case "custom":
      return [{ key, message: issue.message }];
    case "invalid_type":
      return [
        { key, message: value === undefined ? missing(path, form) : wrongType(path, issue.expected, value, form) },
      ];
    case "invalid_union":
      if (value === undefined) return [{ key, message: missing(path, form) }];
      return [
        {
          key,
          message: issue.errors.length === 0 ? notAChoice(value, choicesAt(path, form)) : noForm(path, value, form),
        },
      ];
    case "invalid_value":
      return [
        { key, message: value === undefined ? missing(path, form) : notAChoice(value, issue.values.map(String)) },
      ];
    case "too_small":
    case "too_big":
      return [{ key, message: outOfRange(path, value, form) }];
    default:
      return [{ key, message: `is ${quote(value)}: ${issue.message}.` }];
  }
}

/** A problem with a key that stands for another one: that one is not missing, too. */
export interface KeyProblem extends Problem {
  readonly answers?: string;
}

function aliasAnswer(alias: Alias, path: Path, form: Form): Omit<KeyProblem, "key"> {
  if ("how" in alias) return { message: `is not a known key. ${alias.how}` };
  if ("secret" in alias) {
    const { secret } = alias;
    if (!secretsOf(form.mode).includes(secret))
      return { message: `is not a known key: mode ${form.mode} does not use the secret ${secret}. Leave it out.` };
    return {
      message: `is not a known key: it is the secret ${secret} here. Set it with: ${secretCommand(secret)}`,
      answers: `rancher:${secret}`,
    };
  }
  // Which entry of a list is known from the place of the key itself.
  const index = path.find((part) => typeof part === "number");
  const meant = alias.key.replace("[]", index === undefined ? "" : `[${String(index)}]`);
  return { message: `is not a known key. Write it as rancher:${meant}.`, answers: `rancher:${meant}` };
}

/** A key nobody knows: kept for later, at home elsewhere, misspelt, or a path written as a key. */
export function unknownKey(path: Path, unknown: string, form: Form): KeyProblem {
  const key = userKey([...path, unknown]);
  const alias = aliasOf(path, unknown, form.mode);
  if (alias !== undefined) return { key, ...aliasAnswer(alias, path, form) };
  const other = keyOfOtherMode(path, unknown, form);
  if (other !== undefined) return { key, message: other };
  const home = homeOf(path, unknown, form);
  if (home !== undefined) return { key, message: `belongs to ${home}. Leave it out, or choose ${home}.` };
  const parents = parentsOf(path, unknown, form);
  const [parent] = parents;
  if (parent !== undefined && parents.length === 1)
    return { key, message: `belongs inside ${userKey([...path, parent])}. Move it there.` };
  const later = laterKeys.get([...path.filter((part) => typeof part === "string"), unknown].join("."));
  if (later !== undefined)
    return { key, message: `is kept for ${later}. That comes in a later release; leave it out.` };
  const known = knownAt(path, form);
  const [head = "", ...inner] = unknown.split(/[.[]/);
  if (inner.length > 0 && known.includes(head))
    return { key, message: `is a path, not a key. Write it as keys inside ${userKey([...path, head])}.` };
  const places = placesOf(unknown, form);
  const [place] = places;
  if (place !== undefined && places.length === 1)
    return { key, message: `is not a known key here. Write it as ${userKey(place)}.`, answers: userKey(place) };
  const meant = nearest(unknown, known);
  if (meant !== undefined)
    return { key, message: `is not a known key. Did you mean ${meant}?`, answers: userKey([...path, meant]) };
  return { key, message: `is not a known key. Known here: ${listed(known)}.` };
}

function knownAt(path: Path, form: Form): readonly string[] {
  const plain = nodesAt(path, form).flatMap((node) => Object.keys(node.properties ?? {}));
  return [...new Set([...plain, ...(path.length === 0 ? secretsOf(form.mode) : [])])];
}

function choicesAt(path: Path, form: Form): readonly string[] {
  return nodesAt(path, form).flatMap((node) => (node.const === undefined ? [] : [String(node.const)]));
}

/** `tls.certificate` and the like: the last name, and an example of its value. */
export function missing(path: Path, form: Form): string {
  const example = exampleAt(path, form) ?? choicesAt(path, form)[0];
  const name = path.findLast((part) => typeof part === "string");
  return example === undefined ? "is missing." : `is missing. Add it, for example: ${String(name)}: ${example}`;
}

function wrongType(path: Path, expected: string, value: unknown, form: Form): string {
  const isFraction = nodesAt(path, form).some(({ type }) => type === "number");
  const kind = isFraction ? "a number" : (wanted[expected] ?? expected);
  if (value === null || value === "") return `is empty, but must be ${kind}. Give it a value or leave it out.`;
  if (typeof value === "string" && /^\d+$/.test(value) && (kind === "a whole number" || kind === "a number"))
    return `is the text "${value}", but must be ${kind}. Leave out the quotes.`;
  const example = exampleAt(path, form);
  if (kind === "text" && example === undefined && (typeof value === "number" || typeof value === "boolean"))
    return `is the ${typeof value} ${quote(value)}, but must be text. Put it in quotes.`;
  if (value === "none" && form.mode === "single-node" && userKey(path) === "rancher:loadBalancer")
    return `is "none", but must be a mapping. Write { kind: none }: Rancher then answers itself, with a certificate of its own.`;
  const such = example === undefined ? "" : `, such as ${choiceInMapping(path, value, form) ?? example}`;
  const what = typeof value === "string" ? quote(value) : `the ${typeof value} ${quote(value)}`;
  return `is ${typeof value === "object" ? quote(value) : what}, but must be ${kind}${such}.`;
}

/** `{ kind: none }` for `none`: a choice written in the place of the mapping that names it. */
function choiceInMapping(path: Path, value: unknown, form: Form): string | undefined {
  for (const node of nodesAt(path, form)) {
    const [choice] = Object.entries(node.properties ?? {}).filter(
      ([, { const: word }]) => word !== undefined && word === value,
    );
    if (choice === undefined) continue;
    const written = `${choice[0]}: ${String(value)}`;
    const example = exampleAt(path, form);
    return example?.includes(written) === true ? example : `{ ${written} }`;
  }
  return undefined;
}

function notAChoice(value: unknown, choices: readonly string[]): string {
  const meant = typeof value === "string" ? nearest(value, choices) : undefined;
  const hint = meant === undefined || choices.length === 1 ? "" : ` Did you mean ${meant}?`;
  return `is ${quote(value)}, but must be ${listed(choices, "or")}.${hint}`;
}

/** The value may be written in several forms, and is in none of them. */
function noForm(path: Path, value: unknown, form: Form): string {
  const kinds = nodesAt(path, form).map((node) => {
    if (node.const !== undefined) return String(node.const);
    return wanted[node.type ?? ""] ?? "something else";
  });
  return wrongType(path, listed(kinds, "or"), value, form);
}

function outOfRange(path: Path, value: unknown, form: Form): string {
  if (Array.isArray(value))
    return `is an empty list. Add at least one, for example: ${exampleAt([...path, 0], form) ?? ""}`;
  if (value === "") return "is empty. Give it a value or leave it out.";
  const [node] = nodesAt(path, form);
  return `is ${quote(value)}, but must be from ${String(node?.minimum)} to ${String(node?.maximum)}.`;
}
