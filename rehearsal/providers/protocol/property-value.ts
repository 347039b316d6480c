/**
 * Property values in Pulumi's provider protocol are plain JSON, in which a secret is an object with a signature and an
 * unknown is a reserved string. Signatures: sdk/go/common/resource/properties.go and
 * plugin/rpc.go of pulumi/pulumi.
 */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const unknownString = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** Reserved strings of unknown booleans, numbers, arrays, assets, archives and objects, which older programs send. */
const unknownStrings = new Set([
  unknownString,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value the engine keeps encrypted in the state and shows as `[secret]`. */
export class Secret {
  readonly value: Value;
  constructor(value: Value) {
    this.value = value;
  }
}

/** A value that is not known before the update runs. */
export const unknown = Symbol("unknown");

/** A decoded property value. */
export type Value = null | boolean | number | string | typeof unknown | Secret | readonly Value[] | Properties;
/** A decoded property map. */
export interface Properties {
  readonly [key: string]: Value;
}
/** A JSON value: a property value without secrets and unknowns. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** Whether a value is a map of properties, not a list, a secret or a scalar. */
export function isProperties(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Secret);
}

/** Decodes a value of the protocol. */
export function decode(wire: Json): Value {
  if (typeof wire === "string") return unknownStrings.has(wire) ? unknown : wire;
  if (wire === null || typeof wire !== "object") return wire;
  if (isList(wire)) return wire.map(decode);
  if (wire[signatureKey] === secretSignature) return new Secret(decode(wire["value"] ?? null));
  return mapValues(wire, decode);
}

/** Encodes a value for the protocol. */
export function encode(value: Value): Json {
  if (value === unknown) return unknownString;
  if (value instanceof Secret) return { [signatureKey]: secretSignature, value: encode(value.value) };
  if (value === null || typeof value !== "object") return value as Json;
  if (isList(value)) return value.map(encode);
  return mapValues(value as Properties, encode);
}

/** The plain value, with all secrets unwrapped. Unknown values become `null`; see {@link hasUnknown}. */
export function reveal(value: Value | undefined): Json {
  if (value === undefined || value === unknown || value === null) return null;
  if (value instanceof Secret) return reveal(value.value);
  if (typeof value !== "object") return value as Json;
  if (isList(value)) return value.map(reveal);
  return mapValues(value as Properties, reveal);
}

/** {@link reveal} for a map. */
export function revealMap(properties: Properties): JsonObject {
  return mapValues(properties, reveal);
}

/** Whether the value or a part of it is unknown. */
export function hasUnknown(value: Value | undefined): boolean {
  if (value === unknown) return true;
  if (value instanceof Secret) return hasUnknown(value.value);
  if (value === null || value === undefined || typeof value !== "object") return false;
  return Object.values(value).some((entry) => hasUnknown(entry as Value));
}

/** Whether the value or a part of it is a secret. */
export function hasSecret(value: Value | undefined): boolean {
  if (value instanceof Secret) return true;
  if (value === null || typeof value !== "object") return false;
  return Object.values(value).some((entry) => hasSecret(entry as Value));
}

/** The value with all secrets unwrapped. Unknown values stay unknown. */
export function withoutSecrets(value: Value): Value {
  if (value instanceof Secret) return withoutSecrets(value.value);
  if (value === null || typeof value !== "object") return value;
  if (isList(value)) return value.map(withoutSecrets);
  return mapValues(value as Properties, withoutSecrets);
}

/** An entry of the map, without inherited properties such as `constructor`. */
export function own<Entry>(map: { readonly [key: string]: Entry }, key: string): Entry | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

function isList<Entry>(value: unknown): value is readonly Entry[] {
  return Array.isArray(value);
}

function mapValues<From, To>(map: { readonly [key: string]: From }, change: (value: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
