import type { Lifecycle } from "./terraform-bridge/bridged-type.ts";
import type { Fields } from "./terraform-bridge/schema.ts";
import { EngineRefusal, type EngineClient } from "./engine/engine-client.ts";
import { genuineTimeout, untilRemoved, type Timeout } from "./engine/until-removed.ts";
import { labelFields, labelList, labelMap } from "./labels.ts";

const fields: Fields = {
  name: { type: "text", replaces: true, computed: true },
  labels: { type: "set", of: labelFields, replaces: true },
  driver: { type: "text", replaces: true, computed: true },
  driverOpts: { type: "map", replaces: true },
  mountpoint: { type: "text", computed: true },
};

interface EngineVolume {
  readonly Name: string;
  readonly Driver: string;
  readonly Mountpoint: string;
  readonly Labels: { readonly [label: string]: string } | null;
  readonly Options: { readonly [option: string]: string } | null;
}

/**
 * `docker:index/volume:Volume`, without cluster volumes. An existing volume of that name is used, because the engine
 * returns it. Deleting a volume that a container uses fails after half a minute:
 * resource_docker_volume.go of terraform-provider-docker v4.5.0.
 */
export function volumeType(engine: () => Promise<EngineClient>, timeout: Timeout = genuineTimeout): Lifecycle {
  return {
    fields,
    outputsOnly: ["mountpoint"],
    autonamed: true,
    deleteBeforeReplace: false,
    create: async (planned) => {
      const client = await engine();
      const body = {
        ...(planned["name"] && { Name: planned["name"] }),
        ...(planned["driver"] && { Driver: planned["driver"] }),
        ...(planned["driverOpts"] !== undefined && { DriverOpts: planned["driverOpts"] }),
        ...(planned["labels"] !== undefined && { Labels: labelMap(planned["labels"]) }),
      };
      const made = await client.ask<EngineVolume>("POST", "/volumes/create", { body }).catch((error: Error) => {
        throw new Error(`Unable to create volume: ${error.message}`);
      });
      return made.Name;
    },
    read: async (id) => {
      const client = await engine();
      const found = await client.ask<EngineVolume>("GET", `/volumes/${id}`).catch((error: Error) => {
        if (error instanceof EngineRefusal && error.status === 404) return undefined;
        throw new Error(`Unable to inspect volume: ${error.message}`);
      });
      return (
        found && {
          name: found.Name,
          labels: labelList(found.Labels),
          driver: found.Driver,
          driverOpts: found.Options ?? {},
          mountpoint: found.Mountpoint,
        }
      );
    },
    delete: async (id) => {
      const client = await engine();
      await untilRemoved(
        () =>
          client.ask<undefined>("DELETE", `/volumes/${id}`, { query: { force: "1" } }).catch((error: unknown) => {
            if (error instanceof EngineRefusal && /volume is in use/i.test(error.message)) return "in_use";
            throw error;
          }),
        timeout,
      );
    },
  };
}
