import { z } from "zod";
import type { FieldCheck } from "./network-fields.ts";

/** `example` is how the value is written in YAML; messages and the editor show it. */
interface FieldDescription {
  readonly description: string;
  readonly example?: string;
}

const meta = ({ description, example }: FieldDescription) => ({
  description,
  ...(example === undefined ? {} : { examples: [example] }),
});

/** A text with a check of its own, which says itself what is wrong. */
export function text(check: FieldCheck, words: FieldDescription) {
  return z
    .string()
    .superRefine((value, context) => {
      const message = check(value);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    })
    .meta(meta(words));
}
