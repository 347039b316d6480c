import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { NotReady, type Checked, type Request, type ResourceType } from "../protocol/plugin.ts";
import {
  hasUnknown,
  own,
  revealMap,
  withoutSecrets,
  type JsonObject,
  type Properties,
} from "../protocol/property-value.ts";
import { annotate } from "./annotate.ts";
import { ApiError } from "./api-server.ts";
import type { Provider } from "./kubernetes-plugin.ts";
import {
  annotation,
  autonamed,
  checkpoint,
  identity,
  idOf,
  mapAt,
  normalized,
  pruned,
  remembered,
  withMetadata,
  without,
} from "./manifest.ts";
import { NotServed, ObjectClient } from "./object-client.ts";
import { objectDifference } from "./object-difference.ts";
import { alreadyExists, awaitedKinds, unreachable } from "./object-errors.ts";

const defaultTimeoutMs = 600_000;
/** Pauses between creates that fail because a prerequisite, such as a namespace or CRD, is still being created. */
const retryWaitsMs = [1_000, 2_000, 4_000, 8_000, 16_000];

/** Any Kubernetes object that is ready immediately, or whose readiness is defined by `pulumi.com/waitFor`. */
export function objectType(provider: Provider): ResourceType {
  const { cluster, settings, stop } = provider;
  const reachable = (): ObjectClient => {
    if (cluster.unreachable !== undefined || !cluster.api) throw unreachable(cluster.unreachable);
    return new ObjectClient(cluster.api, stop);
  };
  const timeoutMs = (request: Request, inputs: JsonObject): number => {
    const seconds = Number(annotation(inputs, "pulumi.com/timeoutSeconds") ?? request.timeoutSeconds);
    return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : defaultTimeoutMs;
  };
  const force = (inputs: JsonObject) => settings.patchForce || annotation(inputs, "pulumi.com/patchForce") === "true";
  const isVague = async (inputs: Properties): Promise<boolean> =>
    hasUnknown(inputs) ||
    cluster.unreachable !== undefined ||
    !(await reachable().isServed(identity(revealMap(inputs))));

  const check = async (request: Request, olds: Properties, news: Properties): Promise<Checked> => {
    if (cluster.unreachable !== undefined && settings.skipUpdateUnreachable) return { inputs: olds };
    const [plain, old] = [revealMap(news), revealMap(olds)];
    const which = identity(plain);
    if (awaitedKinds.has(`${which.apiVersion}/${which.kind}`) && annotation(plain, "pulumi.com/skipAwait") !== "true") {
      const reason = `waiting for a ${which.kind} is not supported by the fake kubernetes provider; install the genuine one`;
      return { inputs: news, failures: [{ property: "kind", reason }] };
    }
    let inputs = normalized(withoutSecrets(news) as Properties);
    if (which.name === "" && !hasUnknown(own(mapValue(news, "metadata"), "name"))) {
      const name = identity(old).name || `${request.name}-${randomBytes(4).toString("hex")}`;
      inputs = withMetadata(inputs, {
        name,
        annotations: { ...mapAt(mapAt(plain, "metadata"), "annotations"), [autonamed]: "true" },
      });
    }
    if (which.namespace === "" && cluster.unreachable === undefined && (await reachable().isNamespaced(which))) {
      if (!hasUnknown(own(mapValue(news, "metadata"), "namespace")))
        inputs = withMetadata(inputs, { namespace: cluster.defaultNamespace });
    }
    return { inputs: annotate(inputs, news) as Properties };
  };

  const makeObject = async (
    client: ObjectClient,
    inputs: JsonObject,
    manager: string,
    preview: boolean,
  ): Promise<JsonObject> => {
    const which = identity(inputs);
    for (const wait of [...retryWaitsMs, undefined]) {
      try {
        if (settings.upsert) return await client.apply(inputs, which, manager, preview || force(inputs), preview);
        return await client.create(inputs, which, preview);
      } catch (error) {
        const mayCome = error instanceof NotServed || (error instanceof ApiError && error.code === 404);
        if (!mayCome || preview || wait === undefined) throw error;
        await sleep(wait, undefined, { signal: stop });
      }
    }
    throw new Error("unreachable: the last attempt returns or throws");
  };

  const create: ResourceType["create"] = async (request, inputs) => {
    if (request.preview && (await isVague(inputs))) return { id: "", outputs: inputs };
    const client = reachable();
    const plain = revealMap(inputs);
    const which = identity(plain);
    const manager =
      annotation(plain, "pulumi.com/patchFieldManager") ?? `pulumi-kubernetes-${randomBytes(4).toString("hex")}`;
    let live: JsonObject;
    try {
      live = await makeObject(client, plain, manager, request.preview);
    } catch (error) {
      const isForLater = error instanceof ApiError && ["NotFound", "AlreadyExists", "Forbidden"].includes(error.reason);
      if (request.preview && isForLater) return { id: "", outputs: inputs };
      throw alreadyExists(request.urn, error);
    }
    if (request.preview) {
      return { id: "", outputs: checkpoint(without(live, "status"), inputs, manager) };
    }
    try {
      live = await client.untilReady(live, plain, which, timeoutMs(request, plain));
    } catch (error) {
      const outputs = checkpoint(await client.get(which).catch(() => live), inputs, manager);
      throw new NotReady(
        `resource ${JSON.stringify(request.urn)} was successfully created, but the Kubernetes API server reported that it failed to fully initialize or become live: ${messageOf(error)}`,
        idOf(identity(live)),
        outputs,
      );
    }
    return { id: idOf(identity(live)), outputs: checkpoint(live, inputs, manager) };
  };

  const update: ResourceType["update"] = async (request, id, olds, news) => {
    if (request.preview && (await isVague(news))) return news;
    const client = reachable();
    const [plain, state] = [revealMap(news), revealMap(olds)];
    const which = identity(plain);
    const manager =
      annotation(plain, "pulumi.com/patchFieldManager") ??
      String(own(state, "__fieldManager") ?? `pulumi-kubernetes-${randomBytes(4).toString("hex")}`);
    try {
      const before = await client.get(which);
      if (!request.preview) await client.adoptFields(before, which, manager);
      const live = await client.apply(
        revealMap(normalized(plain)),
        which,
        manager,
        request.preview || force(plain),
        request.preview,
      );
      const ready = request.preview ? live : await client.untilReady(live, plain, which, timeoutMs(request, plain));
      return checkpoint(ready, news, manager);
    } catch (error) {
      if (request.preview && error instanceof ApiError && error.reason === "Forbidden") return news;
      const live = await client.get(which).catch(() => undefined);
      if (!live) throw new Error(`update of resource ${JSON.stringify(request.urn)} failed: ${messageOf(error)}`);
      const problem = `the Kubernetes API server reported that ${JSON.stringify(id)} failed to fully initialize or become live: ${messageOf(error)}`;
      throw new NotReady(problem, id, checkpoint(live, news, manager));
    }
  };

  return {
    check,
    create,
    update,
    diff: async (_request, olds, oldInputs, news) => {
      const state = revealMap(olds);
      const namespaced =
        cluster.unreachable !== undefined || (await reachable().isNamespaced(identity(remembered(state))));
      const inputs = Object.keys(oldInputs).length > 0 ? revealMap(oldInputs) : mapAt(state, "__inputs");
      return objectDifference(remembered(state), inputs, news, namespaced, {
        secrets: settings.mutableSecrets,
        configMaps: settings.mutableConfigMaps,
      });
    },
    read: async (_request, _id, outputs, inputs) => {
      if (cluster.unreachable !== undefined && settings.deleteUnreachable) return undefined;
      if (cluster.unreachable !== undefined && settings.skipUpdateUnreachable) return { outputs, inputs };
      const state = revealMap(outputs);
      try {
        const live = await reachable().get(identity(remembered(state)));
        const found = annotate(pruned(live, revealMap(normalized(revealMap(inputs)))), inputs) as Properties;
        return { outputs: checkpoint(live, found, String(own(state, "__fieldManager") ?? "")), inputs: found };
      } catch (error) {
        if (error instanceof NotServed || (error instanceof ApiError && error.code === 404)) return undefined;
        throw error;
      }
    },
    delete: async (request, _id, outputs) => {
      if (cluster.unreachable !== undefined && settings.deleteUnreachable) return;
      const state = revealMap(outputs);
      const inputs = mapAt(state, "__inputs");
      await reachable().delete(identity(remembered(state)), inputs, timeoutMs(request, inputs));
    },
  };
}

function mapValue(object: Properties, key: string): Properties {
  const value = own(object, key);
  return typeof value === "object" && value !== null ? (value as Properties) : {};
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
