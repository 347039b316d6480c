import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface FakeContainer {
  readonly id: string;
  readonly name: string;
  readonly asked: { readonly [key: string]: unknown };
  readonly files: Buffer[];
  running: boolean;
}

/** An engine's HTTP API on a Unix socket, with the responses of an engine 20.10, and nothing behind it. */
export interface FakeEngine {
  readonly host: string;
  /** `POST /containers/create?name=rancher`, oldest first, without the version in front. */
  readonly requests: readonly string[];
  readonly containers: readonly FakeContainer[];
  readonly volumes: Set<string>;
  /** Networks by name, and whether a container uses them. */
  readonly networks: Map<string, { readonly id: string; inUse: boolean }>;
  /** Ids of images by the requested name. */
  readonly images: Map<string, string>;
  /** Health of containers with a healthcheck. */
  health: string;
  close(): Promise<void>;
}

type Reply = { readonly status?: number; readonly body?: unknown };

const apiVersion = "1.41";
/** A response without content, after a successful operation. */
const after = (_done: unknown, status = 204): Reply => ({ status });
const refused = (status: number, message: string): Reply => ({ status, body: { message } });

/** Starts one in a temporary folder. */
export async function startFakeEngine(): Promise<FakeEngine> {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const requests: string[] = [];
  const containers: FakeContainer[] = [];
  const engine = {
    host: `unix://${folder}/docker.sock`,
    requests,
    containers,
    volumes: new Set<string>(),
    networks: new Map<string, { id: string; inUse: boolean }>(),
    images: new Map<string, string>(),
    health: "healthy",
  };

  const answer = (method: string, path: string, query: URLSearchParams, body: Buffer): Reply => {
    const asked = () => JSON.parse(body.toString() || "{}") as { [key: string]: unknown };
    const [, kind, name = "", action] = /^\/(\w+)\/(.*?)(?:\/(\w+))?$/.exec(path) ?? [];
    if (kind === "containers" && name === "create") {
      const wanted = query.get("name") ?? "";
      const holder = containers.find((container) => container.name === wanted);
      if (holder) {
        const advice = "You have to remove (or rename) that container to be able to reuse that name.";
        return refused(
          409,
          `Conflict. The container name "/${wanted}" is already in use by container "${holder.id}". ${advice}`,
        );
      }
      const made = { id: randomBytes(32).toString("hex"), name: wanted, asked: asked(), files: [], running: false };
      containers.push(made);
      return { status: 201, body: { Id: made.id, Warnings: [] } };
    }
    if (kind === "containers" && name === "json") return { body: containers.map(({ id }) => ({ Id: id })) };
    // The name contains slashes, and without an action it is in the action's place.
    if (kind === "containers") return onContainer(method, name || (action ?? ""), name ? action : undefined, body);
    if (kind === "images" && method === "GET") {
      const id = engine.images.get(name);
      return id === undefined ? refused(404, `No such image: ${name}`) : { body: { Id: id, RepoDigests: [] } };
    }
    if (kind === "images" && method === "DELETE")
      return after(engine.images.delete(path.slice("/images/".length)), 200);
    if (kind === "images") return refused(404, `pull access denied for ${query.get("fromImage")}`);
    return kind === "volumes"
      ? onVolume(method, action ?? name, asked)
      : onNetwork(method, action ?? name, asked, path);
  };

  const onContainer = (method: string, id: string, action: string | undefined, body: Buffer): Reply => {
    const found = containers.find((container) => container.id === id || container.id === action);
    if (!found) return refused(404, `No such container: ${id}`);
    if (method === "DELETE") return after(containers.splice(containers.indexOf(found), 1));
    if (action === "start") return after((found.running = true));
    if (action === "stop") return after((found.running = false));
    if (action === "archive") return after(found.files.push(body), 200);
    return action === "json" ? { body: inspected(found, engine.health) } : { body: {} };
  };

  const onVolume = (method: string, name: string, asked: () => { [key: string]: unknown }): Reply => {
    if (method === "POST") engine.volumes.add(String(asked()["Name"]));
    const wanted = method === "POST" ? String(asked()["Name"]) : name;
    if (!engine.volumes.has(wanted)) return refused(404, `get ${wanted}: no such volume`);
    const users = containers.filter(({ asked }) => JSON.stringify(asked).includes(`"${wanted}:`));
    if (method === "DELETE" && users.length > 0) {
      return refused(409, `remove ${wanted}: volume is in use - [${users.map(({ id }) => id).join(", ")}]`);
    }
    if (method === "DELETE") return after(engine.volumes.delete(wanted));
    const Mountpoint = `/var/lib/docker/volumes/${wanted}/_data`;
    return { body: { Name: wanted, Driver: "local", Mountpoint, Labels: null, Options: null } };
  };

  const onNetwork = (method: string, id: string, asked: () => { [key: string]: unknown }, path: string): Reply => {
    if (method === "POST" && path === "/networks/create") {
      const name = String(asked()["Name"]);
      if (engine.networks.has(name) && asked()["CheckDuplicate"] === true) {
        return refused(409, `network with name ${name} already exists`);
      }
      const made = { id: randomBytes(32).toString("hex"), inUse: false };
      engine.networks.set(name, made);
      return { status: 201, body: { Id: made.id } };
    }
    const [name, network] = [...engine.networks].find(([, { id: one }]) => one === id) ?? [];
    if (name === undefined || !network) return refused(404, `network ${id} not found`);
    if (method === "DELETE" && network.inUse) {
      return refused(403, `error while removing network: network ${name} id ${id} has active endpoints`);
    }
    if (method === "DELETE") return after(engine.networks.delete(name));
    const IPAM = { Driver: "default", Options: {}, Config: [{ Subnet: "172.18.0.0/16", Gateway: "172.18.0.1" }] };
    const flags = { Internal: false, Attachable: false, Ingress: false, EnableIPv6: false };
    return { body: { Name: name, Driver: "bridge", Scope: "local", ...flags, IPAM, Options: {}, Labels: {} } };
  };

  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.once("end", () => {
      const url = new URL(request.url ?? "/", "http://localhost");
      const path = url.pathname.replace(/^\/v[\d.]+/, "");
      requests.push(`${request.method} ${path}${url.search}`);
      const reply = path === "/_ping" ? {} : answer(request.method ?? "", path, url.searchParams, Buffer.concat(parts));
      const { status = 200, body } = reply;
      response.writeHead(status, { "Api-Version": apiVersion, "Content-Type": "application/json" });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(`${folder}/docker.sock`, resolve));
  return Object.assign(engine, {
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  });
}

/** An engine 20.10's response for the created container. It adds swap by itself. */
function inspected({ id, name, asked, running }: FakeContainer, health: string): unknown {
  const { HostConfig: wanted = {}, Healthcheck, ...config } = asked as { [key: string]: { [key: string]: unknown } };
  const memory = Number(wanted["Memory"] ?? 0);
  return {
    Id: id,
    Name: `/${name}`,
    Image: "sha256:1111",
    Platform: "linux",
    State: { Running: running, ExitCode: running ? 0 : 137, ...(Healthcheck && { Health: { Status: health } }) },
    Config: {
      Hostname: id.slice(0, 12),
      Domainname: "",
      Cmd: ["rancher"],
      Entrypoint: null,
      User: "",
      WorkingDir: "/",
      Tty: false,
      OpenStdin: false,
      ...config,
      ...(Healthcheck && { Healthcheck }),
    },
    HostConfig: {
      AutoRemove: false,
      ReadonlyRootfs: false,
      PublishAllPorts: false,
      Privileged: false,
      Runtime: "runc",
      CapAdd: null,
      CapDrop: null,
      SecurityOpt: null,
      GroupAdd: null,
      Dns: [],
      DnsOptions: [],
      DnsSearch: [],
      ExtraHosts: null,
      Ulimits: null,
      Memory: 0,
      MemoryReservation: 0,
      ShmSize: 67108864,
      NanoCpus: 0,
      CpuShares: 0,
      CpusetCpus: "",
      PidMode: "",
      IpcMode: "private",
      UsernsMode: "",
      ...wanted,
      LogConfig: { Type: "json-file", Config: (wanted["LogConfig"] as { Config?: unknown } | undefined)?.Config ?? {} },
      MemorySwap: wanted["MemorySwap"] ?? memory * 2,
    },
    NetworkSettings: { Bridge: "", Ports: (running && wanted["PortBindings"]) || {}, Networks: {} },
  };
}
