import { z } from "zod";
import { limits } from "./limits.ts";
import type { FieldCheck } from "./network-fields.ts";

/** `example` is how the value is written in YAML; messages and the editor show it. */
export interface FieldDescription {
  readonly description: string;
  readonly example?: string;
}

export interface TextForm {
  /** Characters. @default limits.text */
  readonly longest?: number;
  /** Whether it may have several lines. @default false */
  readonly lines?: boolean;
}

const meta = ({ description, example }: FieldDescription) => ({
  description,
  ...(example === undefined ? {} : { examples: [example] }),
});

/**
 * A text with a check of its own, which says itself what is wrong. Every text of a stack file is made here, so that none
 * is without a limit. Other control characters than line breaks and tabs are refused in any value: see `odd-values.ts`.
 */
export function text(check: FieldCheck, words: FieldDescription, form: TextForm = {}) {
  return boundedText(check, form).meta(meta(words));
}

/** A list, at most `limits.entries` long. */
export function list<Item extends z.ZodType>(item: Item) {
  return z.array(item).max(limits.entries);
}

/** A mapping whose keys the user chooses. */
export function mapping<Value extends z.ZodType>(value: Value) {
  return z.record(z.string().max(limits.key), value).meta({ maxProperties: limits.entries });
}

/** A text with limits and without a description, as the values of a mapping whose keys the user chooses have none. */
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
