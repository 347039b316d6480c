import { parseAllDocuments } from "yaml";
import { changedPaths, type Change, type Difference } from "../protocol/difference.ts";
import {
  hasUnknown,
  own,
  reveal,
  Secret,
  unknown,
  type JsonObject,
  type Properties,
  type Value,
} from "../protocol/property-value.ts";
import { annotate } from "./annotate.ts";
import type { HelmRelease } from "./helm.ts";
import { identity, idOf } from "./manifest.ts";
import { merge } from "./release-inputs.ts";

/** The state of a Release after a helm command. */
export function releaseOutputs(inputs: Properties, plain: JsonObject, made: HelmRelease): Properties {
  const metadata = made.chart?.metadata;
  const values = merge(plain["values"] ?? {}, made.config ?? {});
  const outputs: Properties = {
    ...plain,
    ...(Object.keys(values as object).length > 0 ? { values } : {}),
    ...(metadata ? { version: metadata.version } : {}),
    resourceNames: resourceNames(made.manifest ?? ""),
    status: {
      status: made.info.status,
      name: made.name,
      namespace: made.namespace,
      revision: made.version,
      ...(metadata ? { chart: metadata.name, version: metadata.version } : {}),
      ...(metadata?.appVersion ? { appVersion: metadata.appVersion } : {}),
    },
  };
  return { ...(annotate(outputs, inputs) as Properties), __inputs: new Secret(inputs) };
}

/** The outputs that a preview shows for a new or changed Release. */
export function foreseenOutputs(inputs: Properties): Properties {
  return { ...inputs, __inputs: new Secret(inputs), resourceNames: unknown, status: unknown };
}

/** The inputs in a state. */
export function rememberedInputs(state: Properties): Properties {
  const inputs = own(state, "__inputs");
  return (inputs instanceof Secret ? inputs.value : (inputs ?? {})) as Properties;
}

/**
 * The difference of a Release: inputs that differ from the state, and previous inputs that were removed. The state is
 * helm's last output, so a manual change with helm, found by a refresh, is reverted.
 */
export function releaseDifference(state: Properties, news: Properties): Difference {
  const oldInputs = rememberedInputs(state);
  const changes = new Map<string, Change>();
  for (const [path, change] of changedPaths(state, news)) if (change !== "delete") changes.set(path, change);
  for (const [path, change] of changedPaths(oldInputs, news)) if (change === "delete") changes.set(path, change);
  const replaces = ["name", "namespace"].filter((path) => changes.has(path));
  return { changes, replaces, deleteBeforeReplace: false };
}

/** Names of a manifest's objects by `Kind.group/apiVersion`, in the manifest's order. */
function resourceNames(manifest: string): { [kind: string]: string[] } {
  const names: { [kind: string]: string[] } = {};
  for (const document of parseAllDocuments(manifest)) {
    const object = document.toJS() as JsonObject | null;
    if (object === null || typeof object !== "object" || typeof object["kind"] !== "string") continue;
    const which = identity(object);
    const group = which.apiVersion.includes("/") ? `.${which.apiVersion.split("/")[0]}` : "";
    const named = (names[`${which.kind}${group}/${which.apiVersion}`] ??= []);
    if (!named.includes(idOf(which))) named.push(idOf(which));
  }
  return names;
}

/** Whether the chart cannot be read yet, because a part of the release is unknown. */
export function isVagueRelease(news: Properties): boolean {
  return Object.values(news).some((value: Value) => hasUnknown(value)) || typeof reveal(news["chart"]) !== "string";
}
