import { z } from "zod";
import { limits } from "./limits.ts";
import type { FieldCheck } from "./network-fields.ts";

/** `example` shows how the value is written in YAML; messages and editors show it. */
export interface FieldDescription {
  readonly description: string;
  readonly example?: string;
}

export interface TextForm {
  /** Maximum length in characters. @default limits.text */
  readonly longest?: number;
  /** Whether line breaks are allowed. @default false */
  readonly lines?: boolean;
}

const meta = ({ description, example }: FieldDescription) => ({
  description,
  ...(example === undefined ? {} : { examples: [example] }),
});

/**
 * A text field; `check` returns the error message for an invalid value. Every text field of a stack file is defined
 * through this function, so that each has a length limit. Control characters other than line breaks and tabs are
 * rejected in every value; see `odd-values.ts`.
 */
export function text(check: FieldCheck, field: FieldDescription, form: TextForm = {}) {
  return boundedText(check, form).meta(meta(field));
}

/** A list, at most `limits.entries` long. */
export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item).max(limits.entries);
}

/** A mapping with user-defined keys. */
export function mapping<Value extends z.ZodType>(value: Value) {
  return z.record(z.string().max(limits.key), value).meta({ maxProperties: limits.entries });
}

/** A text with limits but no description, for the values of a mapping with user-defined keys. */
export function boundedText(check: FieldCheck, { longest = limits.text, lines = false }: TextForm = {}) {
  return z
    .string()
    .max(longest, { abort: true })
    .superRefine((value, context) => {
      const message = !lines && /[\n\r\t]/.test(value) ? severalLines : check(value);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    });
}

const severalLines = "has a line break or a tab. Write it on one line, without tabs.";
