import { z } from "zod";
import { isMapping } from "./mapping.ts";
import type { Mapping } from "./mapping.ts";
import { nearest } from "./nearest.ts";
import { modes, stackFileSchema } from "./schema.ts";
import type { Parsed, StackFile } from "./schema.ts";
import type { SchemaNode } from "./schema-node.ts";
import { singleNodeSchema } from "./single-node-schema.ts";
import type { SingleNodeFile } from "./single-node-schema.ts";

export type Mode = (typeof modes)[number];

/** The keys a stack file of one mode may have: for parsing, and as data for messages and documents. */
export interface ModeSchema {
  readonly mode: Mode;
  /** By top-level key, in the order of the documentation. */
  readonly keys: Readonly<Record<string, z.ZodType>>;
  readonly nodes: SchemaNode;
}

/** A draft of either mode, where a rule holds for both. */
export type AnyParsed = Parsed<StackFile> | Parsed<SingleNodeFile>;

const modeSchemaOf = (mode: Mode, schema: z.ZodObject): ModeSchema => ({
  mode,
  keys: schema.shape,
  nodes: z.toJSONSchema(schema, { io: "input", target: "draft-7" }) as SchemaNode,
});

export const modeSchemas: Readonly<Record<Mode, ModeSchema>> = {
  "high-availability": modeSchemaOf("high-availability", stackFileSchema),
  "single-node": modeSchemaOf("single-node", singleNodeSchema),
};

/** The form of a file's mode; where that is missing or misspelt, the one the file is most like. */
export function modeSchemaMeant({ mode, ...values }: Mapping): ModeSchema {
  const meant = typeof mode === "string" ? nearest(mode, modes) : undefined;
  const known = modes.find((one) => one === (meant ?? mode));
  return modeSchemas[known ?? (isMapping(values.docker) ? "single-node" : "high-availability")];
}
