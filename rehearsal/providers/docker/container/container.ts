import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../protocol/property-value.ts";
import type { Lifecycle } from "../terraform-bridge/bridged-type.ts";
import { isZero } from "../terraform-bridge/schema.ts";
import { isOlder, type EngineClient } from "../engine/engine-client.ts";
import { findImage } from "../engine/find-image.ts";
import { containerFields, containerOutputs, updatedInPlace } from "./container-fields.ts";
import { containerState } from "./container-state.ts";
import { createRequest } from "./create-request.ts";
import { nanoseconds } from "./go-duration.ts";
import type { Inspected } from "./inspected.ts";
import { uploadArchive } from "./upload-archive.ts";

const mebibyte = 1024 * 1024;
/** Interval at which the genuine provider checks a container's health. */
const healthMs = 1_000;

/**
 * `docker:index/container:Container`. A replacement always deletes the old container first. A container that does not
 * start or become healthy is not removed: resource_docker_container_funcs.go of terraform-provider-docker v4.5.0.
 */
export function containerType(engine: () => Promise<EngineClient>): Lifecycle {
  return {
    fields: containerFields,
    outputsOnly: containerOutputs,
    autonamed: true,
    deleteBeforeReplace: true,
    create: async (planned, made) => {
      const client = await engine();
      const image = String(planned["image"] ?? "");
      await findImage(client, image, "").catch(explained(`Unable to create container with image ${image}`));
      const body = createRequest(planned);
      await refuseTooNew(client, planned);
      const query = { name: String(planned["name"] ?? ""), ...platformQuery(planned) };
      const { Id: id } = await client
        .ask<{ Id: string }>("POST", "/containers/create", { query, body })
        .catch(explained("Unable to create container"));
      made(id);
      await joinNetworks(client, id, blocks(planned["networksAdvanced"]));
      for (const upload of blocks(planned["uploads"])) {
        await client
          .ask("PUT", `/containers/${id}/archive`, { query: { path: "/" }, body: uploadArchive(upload) })
          .catch(explained("Unable to upload volume content"));
      }
      if (planned["start"] === true) {
        await client.ask("POST", `/containers/${id}/start`).catch(explained("Unable to start container"));
        if (planned["wait"] === true) await healthy(client, id, Number(planned["waitTimeout"] ?? 60));
      }
      return id;
    },
    read: async (id, state) => {
      const client = await engine();
      const all = await client.ask<readonly { readonly Id: string }[]>("GET", "/containers/json", {
        query: { all: "1" },
      });
      if (!all.some((container) => container.Id === id)) return undefined;
      return containerState(await client.ask<Inspected>("GET", `/containers/${id}/json`), state);
    },
    update: async (id, old, planned) => {
      const client = await engine();
      if (old["mustRun"] !== true && planned["mustRun"] === true && planned["start"] === true) {
        await client.ask("POST", `/containers/${id}/start`).catch(explained("Unable to start container"));
      }
      if (updatedInPlace.some((name) => (old[name] ?? 0) !== (planned[name] ?? 0))) {
        await client
          .ask("POST", `/containers/${id}/update`, { body: updateRequest(planned) })
          .catch(explained("Unable to update a container"));
      }
      // The genuine provider does not read the container afterwards.
      return undefined;
    },
    delete: async (id, state) => {
      const client = await engine();
      const grace = Math.max(0, Number(state["destroyGraceSeconds"] ?? 0));
      await client
        .ask("POST", `/containers/${id}/stop`, { query: { t: String(grace) } })
        .catch(unless(/no such container/i, `Error stopping container ${id}`));
      const query = { ...(state["removeVolumes"] === true && { v: "1" }), force: "1" };
      await client
        .ask("DELETE", `/containers/${id}`, { query })
        .catch(unless(/no such container|is already in progress/i, `Error deleting container ${id}`));
      const condition = state["rm"] === true ? "removed" : "not-running";
      await client
        .ask("POST", `/containers/${id}/wait`, { query: { condition } })
        .catch(unless(/no such container|is already in progress/i, `Error waiting for container removal '${id}'`));
    },
  };
}

/** Rejects options that an older engine does not support, as Docker's client does. */
async function refuseTooNew(client: EngineClient, planned: JsonObject): Promise<void> {
  const version = await client.version();
  const refuse = (feature: string, needs: string): void => {
    if (!isOlder(version, needs)) return;
    throw new Error(
      `Unable to create container: "${feature}" requires API version ${needs}, but the Docker daemon API version is ${version}`,
    );
  };
  const healthcheck = planned["healthcheck"] as JsonObject | undefined;
  if (nanoseconds(healthcheck?.["startInterval"]) > 0) refuse("specify health-check start interval", "1.44");
}

/** Joins the networks, and leaves the default network. */
async function joinNetworks(client: EngineClient, id: string, networks: readonly JsonObject[]): Promise<void> {
  if (networks.length === 0) return;
  await client
    .ask("POST", "/networks/bridge/disconnect", { body: { Container: id, Force: false } })
    .catch(unless(/is not connected to the network bridge/i, "Unable to disconnect the default network"));
  for (const network of networks) {
    const options = (network["driverOpts"] ?? []) as readonly string[];
    const endpoint = {
      Aliases: network["aliases"] ?? [],
      IPAMConfig: {
        IPv4Address: network["ipv4Address"] ?? "",
        IPv6Address: network["ipv6Address"] ?? "",
        LinkLocalIPs: network["linkLocalIps"] ?? [],
      },
      MacAddress: network["macAddress"] ?? "",
      DriverOpts: Object.fromEntries(
        options.filter((option) => option.includes("=")).map((option) => option.split(/=(.*)/s).slice(0, 2)),
      ),
    };
    await client
      .ask("POST", `/networks/${network["name"] as string}/connect`, {
        body: { Container: id, EndpointConfig: endpoint },
      })
      .catch(explained(`Unable to connect to network '${network["name"] as string}'`));
  }
}

/** Resolves when the container is healthy. */
async function healthy(client: EngineClient, id: string, seconds: number): Promise<void> {
  for (const until = Date.now() + seconds * 1000; ; await sleep(Math.min(healthMs, until - Date.now()))) {
    const { State } = await client
      .ask<Inspected>("GET", `/containers/${id}/json`)
      .catch(explained("error inspecting container state"));
    if (State.Health === undefined) {
      throw new Error(
        "you have supplied a 'wait' argument, but the container does not have a healthcheck defined. Please remove the 'wait' argument or add a 'healthcheck' attribute",
      );
    }
    if (State.Health.Status === "healthy") return;
    if (Date.now() >= until) throw new Error("container failed to be in healthy state");
  }
}

function updateRequest(planned: JsonObject): JsonObject {
  const size = (name: string): number => Number(planned[name] ?? 0);
  return {
    RestartPolicy: { Name: planned["restart"] ?? "no", MaximumRetryCount: planned["maxRetryCount"] ?? 0 },
    CpuShares: size("cpuShares"),
    Memory: size("memory") * mebibyte,
    MemoryReservation: size("memoryReservation") * mebibyte,
    CpusetCpus: planned["cpuSet"] ?? "",
    ...(!isZero(planned["memorySwap"]) && {
      MemorySwap: size("memorySwap") > 0 ? size("memorySwap") * mebibyte : size("memorySwap"),
    }),
  };
}

function platformQuery(planned: JsonObject): { platform?: string } {
  return isZero(planned["platform"]) ? {} : { platform: String(planned["platform"]) };
}

function blocks(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}

function explained(what: string): (error: Error) => never {
  return (error) => {
    throw new Error(`${what}: ${error.message}`);
  };
}

function unless(ignored: RegExp, what: string): (error: Error) => undefined {
  return (error) => {
    if (!ignored.test(error.message)) explained(what)(error);
    return undefined;
  };
}
