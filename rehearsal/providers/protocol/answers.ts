import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb.js";
import * as wire from "@pulumi/pulumi/proto/provider_pb.js";
import type { Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import { changedPaths } from "./difference.ts";
import type { EngineLog } from "./engine-log.ts";
import { diffResponse, properties, struct } from "./messages.ts";
import type { Plugin, Request } from "./plugin.ts";

type Message = { toObject(): object } | undefined;

/** The plugin's handlers of the protocol's requests. */
export function answers(
  plugin: Plugin,
  log: EngineLog,
): Record<string, (request: never) => Promise<Message> | Message> {
  const about = (message: { getUrn(): string }, preview = false, timeout = 0): Request => {
    const urn = message.getUrn();
    const [, , types = "", ...name] = urn.split("::");
    return {
      urn,
      name: name.join("::"),
      type: types.split("$").at(-1) ?? "",
      preview,
      ...(timeout > 0 ? { timeoutSeconds: timeout } : {}),
      log: log.of(urn),
    };
  };
  const of = (request: Request) => plugin.resource(request.type);

  return {
    getPluginInfo: () => new PluginInfo().setVersion(plugin.version),
    getSchema: () => new wire.GetSchemaResponse().setSchema("{}"),
    checkConfig: (message: wire.CheckRequest) => checked(message.getNews()),
    diffConfig: (message: wire.DiffRequest) => {
      const [olds, news] = [properties(message.getOlds()), properties(message.getNews())];
      const plain = { changes: changedPaths(olds, news), replaces: [], deleteBeforeReplace: false };
      return diffResponse(plugin.diffConfig?.(olds, news) ?? plain);
    },
    configure: async (message: wire.ConfigureRequest) => {
      const configuration = new Map<string, string>();
      message
        .getVariablesMap()
        .forEach((value: string, key: string) => configuration.set(key.split(":").at(-1)!, value));
      await plugin.configure?.(configuration, log.of(""));
      const response = new wire.ConfigureResponse();
      response.setAcceptsecrets(plugin.acceptsSecrets ?? true);
      response.setSupportspreview(true);
      return response;
    },
    check: async (message: wire.CheckRequest) => {
      const request = about(message);
      const news = properties(message.getNews());
      const { inputs, failures } = await of(request).check(request, properties(message.getOlds()), news);
      const response = checked(struct(inputs));
      for (const { property, reason } of failures ?? []) {
        response.addFailures(new wire.CheckFailure().setProperty(property).setReason(reason));
      }
      return response;
    },
    diff: async (message: wire.DiffRequest) => {
      const request = about(message);
      const [olds, inputs] = [properties(message.getOlds()), properties(message.getOldInputs())];
      const news = properties(message.getNews());
      const difference = await of(request).diff(request, olds, inputs, news);
      const ignored = message.getIgnorechangesList();
      const kept = [...difference.changes].filter(([path]) => !ignored.some((prefix) => isBelow(path, prefix)));
      const changes = new Map(kept);
      const replaces = difference.replaces.filter((path) => changes.has(path));
      return diffResponse({ ...difference, changes, replaces });
    },
    create: async (message: wire.CreateRequest) => {
      const request = about(message, message.getPreview(), message.getTimeout());
      const { id, outputs } = await of(request).create(request, properties(message.getProperties()));
      return new wire.CreateResponse().setId(id).setProperties(struct(outputs));
    },
    update: async (message: wire.UpdateRequest) => {
      const request = about(message, message.getPreview(), message.getTimeout());
      const [olds, news] = [properties(message.getOlds()), properties(message.getNews())];
      return new wire.UpdateResponse().setProperties(
        struct(await of(request).update(request, message.getId(), olds, news)),
      );
    },
    read: async (message: wire.ReadRequest) => {
      const request = about(message);
      const [outputs, inputs] = [properties(message.getProperties()), properties(message.getInputs())];
      const id = message.getId();
      const found = await (of(request).read?.(request, id, outputs, inputs) ?? { id, outputs, inputs });
      if (!found) return new wire.ReadResponse();
      const response = new wire.ReadResponse().setId(found.id ?? id);
      return response.setProperties(struct(found.outputs)).setInputs(struct(found.inputs));
    },
    delete: async (message: wire.DeleteRequest) => {
      const request = about(message, false, message.getTimeout());
      await of(request).delete(request, message.getId(), properties(message.getProperties()));
      return undefined;
    },
    invoke: async (message: wire.InvokeRequest) => {
      const token = message.getTok();
      if (!plugin.invoke)
        throw new Error(`${token}: this fake provider has no functions; install the genuine provider`);
      return new wire.InvokeResponse().setReturn(struct(await plugin.invoke(token)(properties(message.getArgs()))));
    },
    cancel: () => void plugin.cancel?.(),
    attach: () => undefined,
  };
}

function checked(inputs: Struct | undefined): wire.CheckResponse {
  const response = new wire.CheckResponse();
  response.setInputs(inputs);
  return response;
}

function isBelow(path: string, prefix: string): boolean {
  return path === prefix || path.startsWith(`${prefix}.`) || path.startsWith(`${prefix}[`);
}
