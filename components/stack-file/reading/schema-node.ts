import type { OnlyWith } from "../fields/only-with.ts";

/** The part of JSON Schema that zod writes for the stack file. */
export interface SchemaNode {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly examples?: readonly string[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  /** Alternatives distinguished by the value of one key. */
  readonly oneOf?: readonly SchemaNode[];
  /** Alternatives distinguished by their type. */
  readonly anyOf?: readonly SchemaNode[];
  readonly minimum?: number;
  readonly maximum?: number;
  /** Not of JSON Schema: when the key has an effect. */
  readonly onlyWith?: OnlyWith;
}
