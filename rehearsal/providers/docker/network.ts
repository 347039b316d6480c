import { setTimeout as sleep } from "node:timers/promises";
import type { Lifecycle } from "./terraform-bridge/bridged-type.ts";
import type { Fields } from "./terraform-bridge/schema.ts";
import { EngineRefusal, isOlder, type EngineClient } from "./engine/engine-client.ts";
import { genuineTimeout, untilRemoved, type Timeout } from "./engine/until-removed.ts";
import { labelFields, labelList, labelMap } from "./labels.ts";
import type { JsonObject } from "../protocol/property-value.ts";

const fields: Fields = {
  name: { type: "text", replaces: true },
  labels: { type: "set", of: labelFields, replaces: true },
  driver: { type: "text", replaces: true, computed: true },
  options: { type: "map", replaces: true, computed: true },
  internal: { type: "flag", replaces: true, computed: true },
  attachable: { type: "flag", replaces: true },
  ingress: { type: "flag", replaces: true },
  ipv6: { type: "flag", replaces: true },
  ipamDriver: { type: "text", replaces: true, default: "default" },
  ipamOptions: { type: "map", replaces: true },
  ipamConfigs: {
    type: "set",
    replaces: true,
    computed: true,
    of: {
      subnet: { type: "text", replaces: true },
      ipRange: { type: "text", replaces: true },
      gateway: { type: "text", replaces: true },
      auxAddress: { type: "map", replaces: true },
    },
  },
  scope: { type: "text", computed: true },
};

interface EngineNetwork {
  readonly Name: string;
  readonly Driver: string;
  readonly Scope: string;
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Ingress: boolean;
  readonly EnableIPv6: boolean;
  readonly Labels: { readonly [label: string]: string } | null;
  readonly Options: { readonly [option: string]: string } | null;
  readonly IPAM: {
    readonly Driver: string;
    readonly Options: { readonly [option: string]: string } | null;
    readonly Config:
      readonly { readonly Subnet?: string; readonly IPRange?: string; readonly Gateway?: string }[] | null;
  };
}

/**
 * `docker:index/network:Network`. Reading takes two seconds, and so does deleting. With containers in the network, the
 * deletion fails after half a minute: resource_docker_network_funcs.go of terraform-provider-docker v4.5.0.
 */
export function networkType(engine: () => Promise<EngineClient>, timeout: Timeout = genuineTimeout): Lifecycle {
  return {
    fields,
    outputsOnly: ["scope"],
    autonamed: true,
    deleteBeforeReplace: false,
    create: async (planned) => {
      const client = await engine();
      const body = createBody(planned);
      // Without CheckDuplicate, engines before 25.0 create a second network of the same name.
      const checked = isOlder(await client.version(), "1.44") ? { ...body, CheckDuplicate: true } : body;
      const { Id } = await client
        .ask<{ Id: string }>("POST", "/networks/create", { body: checked })
        .catch((error: Error) => {
          throw new Error(`Unable to create network: ${error.message}`);
        });
      return Id;
    },
    read: async (id) => {
      const client = await engine();
      await sleep(timeout.firstMs);
      // The genuine provider treats every error here as a missing network.
      const found = await client.ask<EngineNetwork>("GET", `/networks/${id}`).catch(() => undefined);
      return found && networkState(found);
    },
    delete: async (id) => {
      const client = await engine();
      await untilRemoved(async () => {
        const found = await client.ask<EngineNetwork>("GET", `/networks/${id}`).catch(() => undefined);
        if (found === undefined) return undefined;
        return client.ask<undefined>("DELETE", `/networks/${id}`).catch((error: unknown) => {
          if (error instanceof EngineRefusal && /has active endpoints/i.test(error.message)) return "pending";
          throw error;
        });
      }, timeout);
    },
  };
}

function createBody(planned: JsonObject): JsonObject {
  const text = (name: string) => (planned[name] ? { [capital(name)]: planned[name]! } : {});
  const ipamConfigs = (planned["ipamConfigs"] ?? []) as readonly JsonObject[];
  return {
    Name: planned["name"] ?? "",
    ...text("driver"),
    ...text("options"),
    ...text("internal"),
    ...text("attachable"),
    ...text("ingress"),
    ...(planned["ipv6"] === true && { EnableIPv6: true }),
    ...(planned["labels"] !== undefined && { Labels: labelMap(planned["labels"]) }),
    IPAM: {
      Driver: planned["ipamDriver"] ?? "default",
      ...(ipamConfigs.length > 0 && {
        Config: ipamConfigs.map((config) => ({
          Subnet: config["subnet"] ?? "",
          IPRange: config["ipRange"] ?? "",
          Gateway: config["gateway"] ?? "",
          AuxiliaryAddresses: config["auxAddress"] ?? {},
        })),
      }),
      ...(planned["ipamOptions"] !== undefined && { Options: planned["ipamOptions"] }),
    },
  };
}

function networkState(found: EngineNetwork): JsonObject {
  return {
    name: found.Name,
    labels: labelList(found.Labels),
    driver: found.Driver,
    internal: found.Internal,
    attachable: found.Attachable,
    ingress: found.Ingress,
    ipv6: found.EnableIPv6,
    ipamDriver: found.IPAM.Driver,
    ipamOptions: found.IPAM.Options ?? {},
    scope: found.Scope,
    options: found.Options ?? {},
    ipamConfigs: (found.IPAM.Config ?? []).map((config) => ({
      auxAddress: {},
      gateway: config.Gateway ?? "",
      ipRange: config.IPRange ?? "",
      subnet: config.Subnet ?? "",
    })),
  };
}

function capital(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
