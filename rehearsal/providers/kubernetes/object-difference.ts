import { changedPaths, type Difference } from "../protocol/difference.ts";
import {
  isProperties,
  revealMap,
  withoutSecrets,
  type JsonObject,
  type Properties,
} from "../protocol/property-value.ts";
import { annotation, autonamed, normalized, pruned, withMetadata } from "./manifest.ts";

/** Kinds that may be changed in place, although the provider replaces them by default. */
export interface Mutability {
  readonly secrets: boolean;
  readonly configMaps: boolean;
}

/**
 * The difference between the object in the state and in the inputs. A replacement deletes first, because the new object
 * has the same name.
 */
export function objectDifference(
  live: JsonObject,
  oldInputs: JsonObject,
  news: Properties,
  namespaced: boolean,
  mutability: Mutability,
): Difference {
  const before = placed(pruned(live, revealMap(normalized(oldInputs))) as JsonObject, namespaced);
  const after = placed(normalized(withoutSecrets(news) as Properties), namespaced);
  const changes = changedPaths(before, after);
  const forced = forcedPaths(live, mutability);
  const replaces = [...changes.keys()].filter((path) => forced.some((place) => isAt(path, place)));
  const staysPut = !changes.has("metadata.name") && !changes.has("metadata.namespace");
  const deleteBeforeReplace = replaces.length > 0 && staysPut && annotation(live, autonamed) !== "true";
  return { changes, replaces, deleteBeforeReplace };
}

/** Sets the default namespace, and ignores the namespace of kinds without namespaces. */
function placed(object: Properties, namespaced: boolean): Properties {
  const metadata = object["metadata"];
  const given = isProperties(metadata) ? metadata["namespace"] : undefined;
  const isGiven = given !== undefined && given !== null && given !== "";
  return withMetadata(object, { namespace: !namespaced ? null : isGiven ? given : "default" });
}

function forcedPaths(live: JsonObject, may: Mutability): string[] {
  const paths = ["metadata.name", "metadata.namespace"];
  if (live["apiVersion"] !== "v1") return paths;
  const isFixed = live["immutable"] === true;
  if (live["kind"] === "Secret") paths.push("type", ...(may.secrets && !isFixed ? [] : ["data", "stringData"]));
  if (live["kind"] === "ConfigMap" && (!may.configMaps || isFixed)) paths.push("data", "binaryData");
  return paths;
}

function isAt(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}.`) || path.startsWith(`${place}[`);
}
