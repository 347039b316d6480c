import type { z } from "zod";
import { listed } from "../../program/problem.ts";
import type { Problem } from "../../program/problem.ts";
import { aliasOf } from "../aliases/aliases.ts";
import type { Alias } from "../aliases/alias.ts";
import type { ModeSchema } from "../mode-schema.ts";
import { exampleAt, homeOf, nodesAt, parentsOf, placesOf, userKey } from "./known-keys.ts";
import type { Path } from "./known-keys.ts";
import { reservedKeys } from "./reserved-keys.ts";
import { nearest } from "./nearest.ts";
import { keyOfOtherMode } from "./other-mode.ts";
import { quote } from "./quote.ts";
import { secretCommand, secretsOf } from "../keys/secrets/secret-keys.ts";

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

/** Turns a schema issue into a message. `value` is the value at the issue's path, undefined if it is missing. */
export function schemaProblem(issue: Issue, value: unknown, modeSchema: ModeSchema): readonly KeyProblem[] {
  const { path } = issue;
  const key = userKey(path);
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((unknown) => unknownKey(path, unknown, modeSchema));
    case "custom":
      return [{ key, message: issue.message }];
    case "invalid_type":
      return [
        {
          key,
          message: value === undefined ? missing(path, modeSchema) : wrongType(path, issue.expected, value, modeSchema),
        },
      ];
    case "invalid_union":
      if (value === undefined) return [{ key, message: missing(path, modeSchema) }];
      return [
        {
          key,
          message:
            issue.errors.length === 0
              ? notAChoice(value, choicesAt(path, modeSchema))
              : noAlternative(path, value, modeSchema),
        },
      ];
    case "invalid_value":
      return [
        { key, message: value === undefined ? missing(path, modeSchema) : notAChoice(value, issue.values.map(String)) },
      ];
    case "too_small":
    case "too_big":
      return [{ key, message: outOfRange(issue, value, modeSchema) }];
    default:
      return [{ key, message: `is ${quote(value)}: ${issue.message}.` }];
  }
}

/** A problem with a key that means another key. The other key is then not reported as missing. */
export interface KeyProblem extends Problem {
  readonly answers?: string;
}

function aliasAnswer(alias: Alias, path: Path, modeSchema: ModeSchema): Omit<KeyProblem, "key"> {
  if ("how" in alias) return { message: `is not a known key. ${alias.how}` };
  if ("secret" in alias) {
    const { secret } = alias;
    if (!secretsOf(modeSchema.mode).includes(secret))
      return {
        message: `is not a known key: mode ${modeSchema.mode} does not use the secret ${secret}. Leave it out.`,
      };
    return {
      message: `is not a known key: it is the secret ${secret} here. Set it with: ${secretCommand(secret)}`,
      answers: `rancher:${secret}`,
    };
  }
  // The key's own path determines the list entry.
  const index = path.find((part) => typeof part === "number");
  const meant = alias.key.replace("[]", index === undefined ? "" : `[${String(index)}]`);
  return { message: `is not a known key. Write it as rancher:${meant}.`, answers: `rancher:${meant}` };
}

/** An unknown key: reserved, valid elsewhere, misspelt, or a path written as a key. */
export function unknownKey(path: Path, unknown: string, modeSchema: ModeSchema): KeyProblem {
  const key = userKey([...path, unknown]);
  const alias = aliasOf(path, unknown, modeSchema.mode);
  if (alias !== undefined) return { key, ...aliasAnswer(alias, path, modeSchema) };
  const other = keyOfOtherMode(path, unknown, modeSchema);
  if (other !== undefined) return { key, message: other };
  const home = homeOf(path, unknown, modeSchema);
  if (home !== undefined) return { key, message: `belongs to ${home}. Leave it out, or choose ${home}.` };
  const parents = parentsOf(path, unknown, modeSchema);
  const [parent] = parents;
  if (parent !== undefined && parents.length === 1)
    return { key, message: `belongs inside ${userKey([...path, parent])}. Move it there.` };
  const later = reservedKeys.get([...path.filter((part) => typeof part === "string"), unknown].join("."));
  if (later !== undefined) return { key, message: `is reserved for ${later} in a later release. Leave it out.` };
  const known = knownAt(path, modeSchema);
  const [head = "", ...inner] = unknown.split(/[.[]/);
  if (inner.length > 0 && known.includes(head))
    return { key, message: `is a path, not a key. Write it as keys inside ${userKey([...path, head])}.` };
  const places = placesOf(unknown, modeSchema);
  const [place] = places;
  if (place !== undefined && places.length === 1)
    return { key, message: `is not a known key here. Write it as ${userKey(place)}.`, answers: userKey(place) };
  const meant = nearest(unknown, known);
  if (meant !== undefined)
    return { key, message: `is not a known key. Did you mean ${meant}?`, answers: userKey([...path, meant]) };
  return { key, message: `is not a known key. Known here: ${listed(known)}.` };
}

function knownAt(path: Path, modeSchema: ModeSchema): readonly string[] {
  const plain = nodesAt(path, modeSchema).flatMap((node) => Object.keys(node.properties ?? {}));
  return [...new Set([...plain, ...(path.length === 0 ? secretsOf(modeSchema.mode) : [])])];
}

function choicesAt(path: Path, modeSchema: ModeSchema): readonly string[] {
  return nodesAt(path, modeSchema).flatMap((node) => (node.const === undefined ? [] : [String(node.const)]));
}

/** The message for a missing key: its last name, and an example of its value. */
export function missing(path: Path, modeSchema: ModeSchema): string {
  const example = exampleAt(path, modeSchema) ?? choicesAt(path, modeSchema)[0];
  const name = path.findLast((part) => typeof part === "string");
  return example === undefined ? "is missing." : `is missing. Add it, for example: ${String(name)}: ${example}`;
}

function wrongType(path: Path, expected: string, value: unknown, modeSchema: ModeSchema): string {
  const isFraction = nodesAt(path, modeSchema).some(({ type }) => type === "number");
  const kind = isFraction ? "a number" : (wanted[expected] ?? expected);
  if (value === null || value === "") return `is empty, but must be ${kind}. Give it a value or leave it out.`;
  if (typeof value === "string" && /^0\d+$/.test(value) && (kind === "a whole number" || kind === "a number"))
    return `is the text ${quote(value)}, but must be ${kind}. Leave out the leading zeros.`;
  const example = exampleAt(path, modeSchema);
  if (kind === "text" && example === undefined && (typeof value === "number" || typeof value === "boolean"))
    return `is the ${typeof value} ${quote(value)}, but must be text. Put it in quotes.`;
  if (value === "none" && modeSchema.mode === "single-node" && userKey(path) === "rancher:loadBalancer")
    return `is "none", but must be a mapping. Write { kind: none }: Rancher then serves clients itself, with its own certificate.`;
  const such = example === undefined ? "" : `, such as ${choiceInMapping(path, value, modeSchema) ?? example}`;
  const what = typeof value === "string" ? quote(value) : `the ${typeof value} ${quote(value)}`;
  return `is ${typeof value === "object" ? quote(value) : what}, but must be ${kind}${such}.`;
}

/** `{ kind: none }` for `none`: a discriminator's value written in place of its mapping. */
function choiceInMapping(path: Path, value: unknown, modeSchema: ModeSchema): string | undefined {
  for (const node of nodesAt(path, modeSchema)) {
    const [choice] = Object.entries(node.properties ?? {}).filter(
      ([, { const: word }]) => word !== undefined && word === value,
    );
    if (choice === undefined) continue;
    const written = `${choice[0]}: ${String(value)}`;
    const example = exampleAt(path, modeSchema);
    return example?.includes(written) === true ? example : `{ ${written} }`;
  }
  return undefined;
}

function notAChoice(value: unknown, choices: readonly string[]): string {
  const meant = typeof value === "string" ? nearest(value, choices) : undefined;
  const hint = meant === undefined || choices.length === 1 ? "" : ` Did you mean ${meant}?`;
  return `is ${quote(value)}, but must be ${listed(choices, "or")}.${hint}`;
}

/** The value has none of the types that are allowed. */
function noAlternative(path: Path, value: unknown, modeSchema: ModeSchema): string {
  const kinds = nodesAt(path, modeSchema).map((node) => {
    if (node.const !== undefined) return String(node.const);
    return wanted[node.type ?? ""] ?? "something else";
  });
  return wrongType(path, listed(kinds, "or"), value, modeSchema);
}

function outOfRange(issue: Issue, value: unknown, modeSchema: ModeSchema): string {
  const { path } = issue;
  if (typeof value === "string" && issue.code === "too_big")
    return `is ${value.length} characters long. Write ${String(issue.maximum)} at most.`;
  if (Array.isArray(value))
    return `is an empty list. Add at least one, for example: ${exampleAt([...path, 0], modeSchema) ?? ""}`;
  if (value === "") return "is empty. Give it a value or leave it out.";
  const [node] = nodesAt(path, modeSchema);
  return `is ${quote(value)}, but must be from ${String(node?.minimum)} to ${String(node?.maximum)}.`;
}
