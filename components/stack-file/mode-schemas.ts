import { z } from "zod";
import { isMapping } from "./reading/mapping.ts";
import type { Mapping } from "./reading/mapping.ts";
import { modes, type Mode } from "./modes.ts";
import { describeConditions } from "./reading/key-conditions.ts";
import { nearest } from "./reading/nearest.ts";
import { highAvailabilitySchema } from "./high-availability-schema.ts";
import type { SchemaNode } from "./reading/schema-node.ts";
import type { ModeSchema } from "./mode-schema.ts";
import { singleNodeSchema } from "./single-node-schema.ts";

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
