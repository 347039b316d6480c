import type { Value } from "../../protocol/property-value.ts";

/** Marks of a property of any type. */
interface Marks {
  /** A change requires a replacement. */
  readonly replaces?: true;
  /** Chosen by the engine if the program sets no value. The chosen value is not a difference. */
  readonly computed?: true;
  /** Used if the program sets no value. A zero value is never filled in, because it equals an absent one. */
  readonly default?: string | number | boolean;
  /** Returns whether a difference is ignored. */
  readonly same?: (old: Value | undefined, wanted: Value) => boolean;
}

/** A property of a bridged resource. */
export type Field =
  | (Marks & { readonly type: "text" | "whole" | "flag" | "map" })
  /** A set has no order: the bridge returns it sorted. */
  | (Marks & { readonly type: "list" | "set"; readonly of: "text" | Fields })
  /** A list of at most one block, which Pulumi shows as an object. */
  | (Marks & {
      readonly type: "block";
      readonly of: Fields;
      /** In Terraform, a set of at most one member instead of a list. */
      readonly set?: true;
    });

/** The properties of a resource, or of a block in it, under their Pulumi names. */
export interface Fields {
  readonly [name: string]: Field;
}

/** Has the names of the inputs that defaults filled in. The engine does not show names with two underscores. */
export const defaultsKey = "__defaults";

/** Values that Terraform's older SDK treats as absent. */
export function isZero(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === "" || value === 0 || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
