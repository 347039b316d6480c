import type { Json, JsonObject } from "../protocol/property-value.ts";
import type { Fields } from "./terraform-bridge/schema.ts";

/** A label in the provider's form: a block in a set. */
export const labelFields: Fields = {
  label: { type: "text", replaces: true },
  value: { type: "text", replaces: true },
};

/** Converts labels to the engine's form. */
export function labelMap(labels: Json | undefined): JsonObject {
  const list = Array.isArray(labels) ? (labels as readonly JsonObject[]) : [];
  return Object.fromEntries(list.map(({ label, value }) => [String(label), value ?? ""]));
}

/** Converts an engine's labels to the provider's form. */
export function labelList(labels: { readonly [label: string]: string } | null): JsonObject[] {
  return Object.entries(labels ?? {})
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([label, value]) => ({ label, value }));
}
