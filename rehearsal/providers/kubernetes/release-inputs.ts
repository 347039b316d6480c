import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import {
  hasUnknown,
  isProperties,
  own,
  Secret,
  type Json,
  type JsonObject,
  type Properties,
  type Value,
} from "../protocol/property-value.ts";

/** The requested release, with the field names of `helm.v3.Release`. */
export interface ReleaseInputs {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly version?: string;
  readonly repositoryOpts?: {
    readonly repo?: string;
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
    readonly username?: string;
    readonly password?: string;
  };
  readonly values?: JsonObject;
  /** Seconds. */
  readonly timeout?: number;
  readonly maxHistory?: number;
  readonly description?: string;
  readonly keyring?: string;
  readonly postrender?: string;
  readonly atomic?: boolean;
  readonly cleanupOnFail?: boolean;
  readonly createNamespace?: boolean;
  readonly dependencyUpdate?: boolean;
  readonly devel?: boolean;
  readonly disableCRDHooks?: boolean;
  readonly disableOpenapiValidation?: boolean;
  readonly disableWebhooks?: boolean;
  readonly forceUpdate?: boolean;
  readonly recreatePods?: boolean;
  readonly renderSubchartNotes?: boolean;
  readonly replace?: boolean;
  readonly resetValues?: boolean;
  readonly reuseValues?: boolean;
  readonly skipAwait?: boolean;
  readonly skipCrds?: boolean;
  readonly verify?: boolean;
  readonly waitForJobs?: boolean;
}

export const defaultTimeoutSeconds = 300;

/** Fields that are not stored: marks of the SDK, outputs, deprecated ones. `valueYamlFiles` is merged into `values`. */
const dropped = ["compat", "resourceNames", "status", "manifest", "allowNullValues", "valueYamlFiles"];

/** The inputs in the state: with name, namespace and timeout, and without empty fields. */
export function releaseInputs(
  news: Properties,
  olds: Properties,
  resourceName: string,
  defaultNamespace: string,
): Properties {
  const given: Record<string, Value> = {};
  for (const [key, value] of Object.entries(news)) {
    if (!dropped.includes(key) && (key === "maxHistory" || !saysNothing(value))) given[key] = value;
  }
  given["name"] ??= own(olds, "name") ?? `${resourceName}-${randomBytes(4).toString("hex")}`;
  given["namespace"] ??= defaultNamespace;
  if (!given["skipAwait"]) given["timeout"] ??= defaultTimeoutSeconds;
  let values: Value = {};
  for (const more of filedValues(own(news, "valueYamlFiles"))) values = merge(values, more);
  values = merge(values, own(news, "values"));
  if (!saysNothing(values)) given["values"] = values;
  return given;
}

/** Inputs that the fake does not support (parts of `repositoryOpts`, and `lint`), with the reason. */
export function notSimulated(inputs: Properties): { property: string; reason: string }[] {
  const options = own(inputs, "repositoryOpts");
  const repository = isProperties(options) ? own(options, "repo") : undefined;
  const isHttp = typeof repository === "string" && /^https?:/i.test(repository);
  const failures: { property: string; reason: string }[] = [];
  for (const key of ["username", "password"]) {
    if (isHttp || !isProperties(options) || own(options, key) === undefined) continue;
    const reason = "not supported by the fake kubernetes provider, except for a repository over HTTP";
    failures.push({ property: `repositoryOpts.${key}`, reason });
  }
  if (own(inputs, "lint") === true)
    failures.push({ property: "lint", reason: "not supported by the fake kubernetes provider" });
  return failures;
}

/** Merges maps key by key, as helm merges values; the second one takes precedence. */
export function merge(base: Value, over: Value | undefined): Value {
  if (over === undefined) return base;
  if (base instanceof Secret || over instanceof Secret) {
    const merged = merge(base instanceof Secret ? base.value : base, over instanceof Secret ? over.value : over);
    return new Secret(merged);
  }
  if (!isProperties(base) || !isProperties(over)) return over;
  const merged: Record<string, Value> = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = own(merged, key);
    merged[key] = isProperties(before) && isProperties(value) ? merge(before, value) : value;
  }
  return merged;
}

function filedValues(files: Value | undefined): Value[] {
  if (!Array.isArray(files) || hasUnknown(files as readonly Value[])) return [];
  return (files as readonly Value[]).filter(isProperties).map((asset) => {
    const text = typeof asset["text"] === "string" ? asset["text"] : readFileSync(String(asset["path"]), "utf8");
    return (parse(text) ?? {}) as Json;
  });
}

function saysNothing(value: Value | undefined): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === "") return true;
  if (Array.isArray(value)) return value.length === 0;
  return isProperties(value) && Object.keys(value).length === 0;
}
