import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../protocol/property-value.ts";
import { ApiError, groupPath, type ApiServer } from "./api-server.ts";
import { annotation, mapAt, type Identity } from "./manifest.ts";
import { conditionsOf } from "./wait-for.ts";

/** Field manager of creates in the genuine provider. The first apply takes over its fields. */
const creator = "pulumi-kubernetes";
/** Managers whose fields an update takes over: pulumi-kubernetes, await.go, fixCSAFieldManagers. */
const takenOver = ["kubectl", "before-first-apply", creator, "pulumi-resource-kubernetes"];
const pollMs = 500;

/** The cluster does not serve the object's kind. */
export class NotServed extends Error {
  constructor({ apiVersion, kind }: Identity) {
    super(`no matches for kind "${kind}" in version "${apiVersion}"`);
  }
}

/** The provider's operations on objects of any kind. */
export class ObjectClient {
  readonly #api: ApiServer;
  readonly #stop: AbortSignal;
  constructor(api: ApiServer, stop: AbortSignal) {
    this.#api = api;
    this.#stop = stop;
  }

  /** Whether the cluster serves the kind (yet). */
  async isServed({ apiVersion, kind }: Identity): Promise<boolean> {
    return (await this.#api.served(apiVersion, kind)) !== undefined;
  }
  /** Whether the kind is namespaced. Assumed while the cluster does not serve it. */
  async isNamespaced({ apiVersion, kind }: Identity): Promise<boolean> {
    return (await this.#api.served(apiVersion, kind))?.namespaced ?? true;
  }

  async get(which: Identity): Promise<JsonObject> {
    return this.#api.call("GET", await this.#path(which, which.name));
  }

  async create(object: JsonObject, which: Identity, preview: boolean): Promise<JsonObject> {
    return this.#api.call("POST", `${await this.#path(which)}?fieldManager=${creator}${dryRun(preview)}`, object);
  }

  /** Server-side apply: creates the object, or changes the given fields. */
  async apply(
    object: JsonObject,
    which: Identity,
    manager: string,
    force: boolean,
    preview: boolean,
  ): Promise<JsonObject> {
    const query = `fieldManager=${encodeURIComponent(manager)}&force=${force}${dryRun(preview)}`;
    const path = await this.#path(which, which.name);
    return this.#api.call("PATCH", `${path}?${query}`, object, "application/apply-patch+yaml");
  }

  /** Makes `manager` the owner of fields from a plain create, so that a later apply can also remove them. */
  async adoptFields(live: JsonObject, which: Identity, manager: string): Promise<void> {
    type Entry = { manager: string; operation: string; subresource?: string };
    const entries = (mapAt(live, "metadata")["managedFields"] ?? []) as unknown as Entry[];
    const isOurs = (entry: Entry) =>
      takenOver.includes(entry.manager) && entry.operation === "Update" && !entry.subresource;
    if (!entries.some(isOurs) || entries.some((entry) => entry.manager === manager && entry.operation === "Apply"))
      return;
    const first = entries.findIndex(isOurs);
    const managedFields = entries.map((entry, at) =>
      at === first ? { ...entry, manager, operation: "Apply" } : entry,
    );
    const patch = [
      { op: "replace", path: "/metadata/managedFields", value: managedFields },
      { op: "replace", path: "/metadata/resourceVersion", value: mapAt(live, "metadata")["resourceVersion"] },
    ];
    await this.#api.call("PATCH", await this.#path(which, which.name), patch, "application/json-patch+json");
  }

  /** Deletes the object and its dependents, and waits until they are removed. */
  async delete(which: Identity, inputs: JsonObject, timeoutMs: number): Promise<void> {
    const policy = annotation(inputs, "pulumi.com/deletionPropagationPolicy") ?? "foreground";
    const propagationPolicy = policy.charAt(0).toUpperCase() + policy.slice(1).toLowerCase();
    const until = Date.now() + timeoutMs;
    try {
      await this.#api.call("DELETE", await this.#path(which, which.name), { propagationPolicy });
      if (annotation(inputs, "pulumi.com/skipAwait") === "true") return;
      for (;;) {
        await this.get(which);
        if (Date.now() > until) throw new Error(`timed out waiting for ${which.kind} ${which.name} to be deleted`);
        await sleep(pollMs, undefined, { signal: this.#stop });
      }
    } catch (error) {
      if (error instanceof NotServed || (error instanceof ApiError && error.code === 404)) return;
      throw error;
    }
  }

  /** Waits for the conditions in the object's annotations; returns the object. */
  async untilReady(live: JsonObject, inputs: JsonObject, which: Identity, timeoutMs: number): Promise<JsonObject> {
    const waitFor = annotation(inputs, "pulumi.com/waitFor");
    if (waitFor === undefined || annotation(inputs, "pulumi.com/skipAwait") === "true") return live;
    const conditions = conditionsOf(waitFor);
    const until = Date.now() + timeoutMs;
    for (let now = live; ; now = await this.get(which)) {
      const missing = conditions.filter((condition) => !condition.isMet(now));
      if (missing.length === 0) return now;
      if (Date.now() > until) throw new Error(`timed out waiting for ${missing.map(({ text }) => text).join(", ")}`);
      await sleep(pollMs, undefined, { signal: this.#stop });
    }
  }

  async #path(which: Identity, name?: string): Promise<string> {
    const served = await this.#api.served(which.apiVersion, which.kind);
    if (!served) throw new NotServed(which);
    const place = served.namespaced ? `/namespaces/${encodeURIComponent(which.namespace || "default")}` : "";
    const collection = `${groupPath(which.apiVersion)}${place}/${served.plural}`;
    return name === undefined ? collection : `${collection}/${encodeURIComponent(name)}`;
  }
}

function dryRun(preview: boolean): string {
  return preview ? "&dryRun=All" : "";
}
