import type { Json, JsonObject } from "../protocol/property-value.ts";
import type { Fields } from "./terraform-bridge/schema.ts";

/** A label, as the provider writes each: a block of its own in a set. */
export const labelFields: Fields = {
  label: { type: "text", replaces: true },
  value: { type: "text", replaces: true },
};

/** Labels as an engine wants them. */
export function labelMap(labels: Json | undefined): JsonObject {
  const list = Array.isArray(labels) ? (labels as readonly JsonObject[]) : [];
  return Object.fromEntries(list.map(({ label, value }) => [String(label), value ?? ""]));
}

/** An engine's labels as the provider writes them. */
export function labelList(labels: { readonly [label: string]: string } | null): JsonObject[] {
  return Object.entries(labels ?? {})
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([label, value]) => ({ label, value }));
}
