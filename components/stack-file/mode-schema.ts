import type { z } from "zod";
import type { Mode } from "./modes.ts";
import type { SchemaNode } from "./reading/schema-node.ts";

/** The keys of one mode, for parsing and as data for messages and documentation. */
export interface ModeSchema {
  readonly mode: Mode;
  /** By top-level key, in the order of the documentation. */
  readonly keys: Readonly<Record<string, z.ZodType>>;
  readonly nodes: SchemaNode;
}
