import {
  hasUnknown,
  isProperties,
  own,
  type Json,
  type JsonObject,
  type Properties,
  type Value,
} from "../protocol/property-value.ts";
import { annotate } from "./annotate.ts";

/** The part of a manifest that identifies the object. */
export interface Identity {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Empty for objects outside namespaces. */
  readonly namespace: string;
}

export const autonamed = "pulumi.com/autonamed";

/** Keys of the provider's metadata in an object's state. */
const notes = ["__inputs", "__initialApiVersion", "__fieldManager"];

export function identity(object: JsonObject): Identity {
  const metadata = mapAt(object, "metadata");
  const text = (from: JsonObject, key: string) => (typeof from[key] === "string" ? from[key] : "");
  return {
    apiVersion: text(object, "apiVersion"),
    kind: text(object, "kind"),
    name: text(metadata, "name"),
    namespace: text(metadata, "namespace"),
  };
}

/** Pulumi's id of an object. */
export function idOf({ namespace, name }: Identity): string {
  return namespace === "" ? name : `${namespace}/${name}`;
}

/** An annotation of the object; undefined if it does not exist. */
export function annotation(object: JsonObject, key: string): string | undefined {
  const value = own(mapAt(mapAt(object, "metadata"), "annotations"), key);
  return typeof value === "string" ? value : undefined;
}

/** The map at that key, or an empty one. */
export function mapAt(object: JsonObject, key: string): JsonObject {
  const value = own(object, key);
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The manifest with changed metadata. The metadata must be plain. */
export function withMetadata(object: Properties, changes: Properties): Properties {
  const metadata = object["metadata"];
  return { ...object, metadata: { ...(isProperties(metadata) ? metadata : {}), ...changes } };
}

/** The inputs as the API server stores them: a Secret's `stringData` is merged into `data`. The inputs must be plain. */
export function normalized(object: Properties): Properties {
  const text = own(object, "stringData");
  if (object["apiVersion"] !== "v1" || object["kind"] !== "Secret" || !isProperties(text)) return object;
  if (hasUnknown(object) || Object.keys(text).length === 0) return object;
  const { data } = object;
  const encoded = Object.entries(text).map(([key, value]): [string, Value] => [
    key,
    typeof value === "string" ? Buffer.from(value, "utf8").toString("base64") : value,
  ]);
  return {
    ...without(object, "stringData"),
    data: { ...(isProperties(data) ? data : {}), ...Object.fromEntries(encoded) },
  };
}

/** The map without that key. */
export function without<Entry>(map: { readonly [key: string]: Entry }, key: string): { readonly [key: string]: Entry } {
  return Object.fromEntries(Object.entries(map).filter(([each]) => each !== key));
}

/** The parts of the live object that are also in the inputs, without fields that others added. */
export function pruned(live: Json | undefined, inputs: Json): Json {
  if (live === undefined) return null;
  if (Array.isArray(live) && Array.isArray(inputs)) {
    const [items, given] = [live as readonly Json[], inputs as readonly Json[]];
    return items.length === given.length ? items.map((item, at) => pruned(item, given[at] ?? null)) : items;
  }
  if (isMap(live) && isMap(inputs)) {
    const kept = Object.keys(inputs).filter((key) => Object.hasOwn(live, key));
    return Object.fromEntries(kept.map((key) => [key, pruned(own(live, key), own(inputs, key) ?? null)]));
  }
  return live;
}

/** The object's state: the live object, secret where the inputs are, with the inputs and the provider's metadata. */
export function checkpoint(live: JsonObject, inputs: Properties, fieldManager: string): Properties {
  return {
    ...(annotate(live, inputs) as Properties),
    __inputs: inputs,
    __initialApiVersion: String(live["apiVersion"]),
    __fieldManager: fieldManager,
  };
}

/** The live object in a state, without the provider's metadata. */
export function remembered(state: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(state).filter(([key]) => !notes.includes(key)));
}

function isMap(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
