import { z } from "zod";
import { schemaProblem } from "./schema-problems.ts";
import type { KeyProblem } from "./schema-problems.ts";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import type { Path } from "./known-keys.ts";
import type { ModeSchema } from "../mode-schema.ts";

type Issue = z.core.$ZodIssue;

/** A stack file with missing or invalid parts undefined, so that rules across keys can still check the rest. */
export type Parsed<T> = T extends readonly (infer Item)[]
  ? readonly (Parsed<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Parsed<T[Key]> | undefined }
    : T;

/** Top-level keys that were already reported. They are neither parsed nor reported as missing. */
export type Skipped = ReadonlySet<string>;

/**
 * Parses every top-level key separately, so that one mistake does not hide another. Valid values get their defaults;
 * invalid ones are reported and left out.
 */
export function parseStackFile(
  values: Mapping,
  skipped: Skipped,
  modeSchema: ModeSchema,
): { readonly parsed: Mapping; readonly problems: readonly KeyProblem[] } {
  const problems: KeyProblem[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [key, schema] of Object.entries(modeSchema.keys)) {
    if (skipped.has(key)) continue;
    const value = values[key];
    const issues = allIssues(schema, value);
    problems.push(
      ...issues.flatMap((issue) =>
        schemaProblem({ ...issue, path: [key, ...issue.path] }, at(value, issue.path), modeSchema),
      ),
    );
    parsed[key] = issues.length === 0 ? schema.parse(value) : issues.reduce(withoutIssue, structuredClone(value));
  }
  return { parsed, problems };
}

/**
 * zod stops at an unknown discriminator (`source: lets-encrypt`). The keys beside it are then checked against all
 * alternatives.
 */
function allIssues(schema: z.ZodType, value: unknown): readonly Issue[] {
  const issues = (schema.safeParse(value).error?.issues ?? []).flatMap(ofNearestAlternative);
  const undecided = issues.find(isUndecided);
  const union = unwrapped(schema);
  if (undecided === undefined || !(union instanceof z.ZodDiscriminatedUnion) || !isMapping(value)) return issues;
  const rest = Object.fromEntries(Object.entries(value).filter(([key]) => key !== union.def.discriminator));
  const options = union.options as readonly z.ZodObject[];
  // If several alternatives have a key, the first one wins.
  const shape = Object.assign({}, ...options.toReversed().map((option) => option.shape)) as z.ZodRawShape;
  const beside = z.strictObject(shape).partial().safeParse(rest).error?.issues ?? [];
  return [...issues, ...beside.flatMap(ofNearestAlternative)];
}

/** A union with a discriminator, such as `kind`, lists no issues per alternative. A union of text and mapping does. */
function isUndecided(issue: Issue): boolean {
  return issue.code === "invalid_union" && issue.errors.length === 0;
}

/**
 * For a value that may be text or a mapping: the issues of the alternative with its type, or of all if none has it.
 */
function ofNearestAlternative(issue: Issue): readonly Issue[] {
  if (issue.code !== "invalid_union" || isUndecided(issue)) return [issue];
  const nearest = issue.errors.find((errors) => !errors.some(isOtherAlternative));
  if (nearest === undefined) return [issue];
  return nearest.flatMap((inner) => ofNearestAlternative({ ...inner, path: [...issue.path, ...inner.path] } as Issue));
}

function isOtherAlternative({ code, path }: Issue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

function unwrapped(schema: z.ZodType): z.ZodType {
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault;
  return isWrapped ? unwrapped(schema.unwrap() as z.ZodType) : schema;
}

function withoutIssue(value: unknown, issue: Issue): unknown {
  if (issue.code !== "unrecognized_keys") return without(value, issue.path);
  return issue.keys.reduce<unknown>((rest, key) => without(rest, [...issue.path, key]), value);
}

function without(value: unknown, path: Path): unknown {
  const last = path.at(-1);
  if (last === undefined) return undefined;
  const parent = at(value, path.slice(0, -1));
  if (Array.isArray(parent)) parent[Number(last)] = undefined;
  else if (isMapping(parent)) Reflect.deleteProperty(parent, last);
  return value;
}

function at(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<PropertyKey, unknown> | undefined)?.[part], value);
}
