import type { Value } from "../../protocol/property-value.ts";

/** What holds for a property whatever its type. */
interface Marks {
  /** A change can only be had by a replacement. */
  readonly replaces?: true;
  /** Chosen by the engine where the program says nothing; what it chose is then no difference. */
  readonly computed?: true;
  /** Filled in where the program says nothing. A zero value is filled in nowhere: it is the same as nothing. */
  readonly default?: string | number | boolean;
  /** True where this difference is none. */
  readonly same?: (old: Value | undefined, wanted: Value) => boolean;
}

/** One property of a resource that comes to Pulumi from Terraform over the bridge. */
export type Field =
  | (Marks & { readonly type: "text" | "whole" | "flag" | "map" })
  /** A set is a list in no order: the bridge hands it back sorted. */
  | (Marks & { readonly type: "list" | "set"; readonly of: "text" | Fields })
  /** A list of at most one block, which Pulumi shows as an object. */
  | (Marks & {
      readonly type: "block";
      readonly of: Fields;
      /** To Terraform it is a set, not a list, of at most one. */
      readonly set?: true;
    });

/** The properties of a resource, or of a block in it, under their Pulumi names. */
export interface Fields {
  readonly [name: string]: Field;
}

/** Holds the names of the inputs that defaults filled in; the engine shows nobody a name with two underscores. */
export const defaultsKey = "__defaults";

/** What Terraform's older SDK takes for the same as nothing. */
export function isZero(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
