import { z } from "zod";
import { isMapping } from "./reading/mapping.ts";
import type { Mapping } from "./reading/mapping.ts";
import { modes, type Mode } from "./modes.ts";
import { describeConditions } from "./reading/only-with.ts";
import { nearest } from "./reading/nearest.ts";
import { highAvailabilitySchema } from "./high-availability-schema.ts";
import type { HighAvailabilityFile } from "./high-availability-schema.ts";
import type { Parsed } from "./reading/parsed.ts";
import type { SchemaNode } from "./reading/schema-node.ts";
import { singleNodeSchema } from "./single-node-schema.ts";
import type { SingleNodeFile } from "./single-node-schema.ts";

/** The keys of one mode, for parsing and as data for messages and documentation. */
export interface ModeSchema {
  readonly mode: Mode;
  /** By top-level key, in the order of the documentation. */
  readonly keys: Readonly<Record<string, z.ZodType>>;
  readonly nodes: SchemaNode;
}

/** A parsed stack file of either mode, for rules that apply to both. */
export type AnyParsed = Parsed<HighAvailabilityFile> | Parsed<SingleNodeFile>;

const modeSchemaOf = (mode: Mode, schema: z.ZodObject): ModeSchema => ({
  mode,
  keys: schema.shape,
  nodes: describeConditions(z.toJSONSchema(schema, { io: "input", target: "draft-7" }) as SchemaNode),
});

export const modeSchemas: Readonly<Record<Mode, ModeSchema>> = {
  "high-availability": modeSchemaOf("high-availability", highAvailabilitySchema),
  "single-node": modeSchemaOf("single-node", singleNodeSchema),
};

/** The schema of the file's mode. If the mode is missing or misspelt, the schema that fits the file best. */
export function modeSchemaMeant({ mode, ...values }: Mapping): ModeSchema {
  const meant = typeof mode === "string" ? nearest(mode, modes) : undefined;
  const known = modes.find((one) => one === (meant ?? mode));
  return modeSchemas[known ?? (isMapping(values.docker) ? "single-node" : "high-availability")];
}
