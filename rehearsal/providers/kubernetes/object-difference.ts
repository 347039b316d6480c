import { changedPaths, type Difference } from "../protocol/difference.ts";
import { isProperties, Secret, type JsonObject, type Properties, type Value } from "../protocol/property-value.ts";
import { annotation, autonamed, identity, mapAt, pruned, withMetadata } from "./manifest.ts";

/** Which of the kinds that cannot normally be changed in place may be. */
export interface Mutability {
  readonly secrets: boolean;
  readonly configMaps: boolean;
}

/** What changes between the remembered object and the wanted one. `news` may hold unknowns, all else is plain. */
export function objectDifference(
  live: JsonObject,
  oldInputs: JsonObject,
  news: Properties,
  namespaced: boolean,
  mutability: Mutability,
): Difference {
  // A namespace left out and "default" are the same; outside namespaces it means nothing.
  const settle = (object: JsonObject | Properties): Properties => {
    const metadata = object["metadata"];
    const namespace = isProperties(metadata) ? metadata["namespace"] : undefined;
    const isNamed = namespace !== undefined && namespace !== null && namespace !== "";
    return withMetadata(object, { namespace: namespaced ? (isNamed ? namespace : "default") : null });
  };
  const before = settle({ ...(pruned(live, oldInputs) as JsonObject) });
  const after = settle(plain(news) as Properties);
  const changes = changedPaths(withMetadata(before, { namespace: settle(live)["metadata"] ? namespaceOf(settle(live)) : null }), after);

  const forced = forcedPaths(identity(live), live, mutability);
  const replaces = [...changes.keys()].filter((path) => forced.some((force) => isAt(path, force)));
  const [was, will] = [identity(live), after["metadata"] as Properties];
  const keepsItsName = will["name"] === was.name && annotation(live, autonamed) !== "true";
  const samePlace = (namespaced ? (will["namespace"] ?? "default") : "") === (namespaced ? was.namespace || "default" : "");
  return { changes, replaces, deleteBeforeReplace: replaces.length > 0 && keepsItsName && samePlace };
}

function forcedPaths({ apiVersion, kind }: { apiVersion: string; kind: string }, live: JsonObject, may: Mutability): string[] {
  const paths = ["metadata.name", "metadata.namespace"];
  if (apiVersion !== "v1") return paths;
  const fixed = live["immutable"] === true;
  if (kind === "Secret") paths.push(...(!may.secrets || fixed ? ["type", "stringData", "data"] : ["type"]));
  if (kind === "ConfigMap" && (!may.configMaps || fixed)) paths.push("binaryData", "data");
  return paths;
}

function isAt(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}

function namespaceOf(object: Properties): Value {
  return (object["metadata"] as Properties)["namespace"] ?? null;
}

/** Unwraps secrets and keeps unknowns. */
function plain(value: Value): Value {
  if (value instanceof Secret) return plain(value.value);
  if (Array.isArray(value)) return (value as readonly Value[]).map(plain);
  if (isProperties(value)) return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, plain(entry)]));
  return value;
}

/** True for a wanted object that asks to be taken over although others own parts of it. */
export function takesOver(inputs: JsonObject): boolean {
  return annotation(inputs, "pulumi.com/patchForce") === "true" && Object.keys(mapAt(inputs, "metadata")).length > 0;
}
