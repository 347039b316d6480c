import type { Json, JsonObject } from "../../protocol/property-value.ts";
import { isZero } from "../terraform-bridge/schema.ts";
import { labelMap } from "../labels.ts";
import { nanoseconds } from "./go-duration.ts";

const mebibyte = 1024 * 1024;

/**
 * The request to create a container: resourceDockerContainerCreate of terraform-provider-docker v4.5.0. Zero values are
 * omitted, so that the engine's defaults apply.
 */
export function createRequest(planned: JsonObject): JsonObject {
  const given = <Value extends Json>(name: string): Value | undefined =>
    isZero(planned[name]) ? undefined : (planned[name] as Value);
  const ports = given<readonly JsonObject[]>("ports") ?? [];
  const volumes = volumeParts(given<readonly JsonObject[]>("volumes") ?? []);
  const healthcheck = given<JsonObject>("healthcheck");
  const command = given<readonly string[]>("command");
  if (command?.includes("") === true) throw new Error("values for command may not be empty");
  return present({
    Image: planned["image"] ?? "",
    Hostname: given("hostname"),
    Domainname: given("domainname"),
    Tty: given("tty"),
    OpenStdin: given("stdinOpen"),
    StopSignal: given("stopSignal"),
    StopTimeout: given("stopTimeout"),
    Env: given("envs"),
    Cmd: command,
    Entrypoint: given("entrypoints"),
    User: given("user"),
    WorkingDir: given("workingDir"),
    ExposedPorts: ports.length > 0 ? Object.fromEntries(ports.map((port) => [portKey(port), {}])) : undefined,
    Volumes: volumes.paths.length > 0 ? Object.fromEntries(volumes.paths.map((path) => [path, {}])) : undefined,
    Labels: given("labels") && labelMap(planned["labels"]),
    Healthcheck:
      healthcheck &&
      present({
        Test: healthcheck["tests"],
        Interval: nanoseconds(healthcheck["interval"]),
        Timeout: nanoseconds(healthcheck["timeout"]),
        StartPeriod: nanoseconds(healthcheck["startPeriod"]),
        StartInterval: nanoseconds(healthcheck["startInterval"]) || undefined,
        Retries: healthcheck["retries"],
      }),
    HostConfig: { ...hostConfig(planned, given), ...volumes.host, ...portBindings(ports) },
    NetworkingConfig: {},
  });
}

type Given = <Value extends Json>(name: string) => Value | undefined;

function hostConfig(planned: JsonObject, given: Given): JsonObject {
  const size = (name: string): number | undefined => {
    const mebibytes = given<number>(name);
    return mebibytes !== undefined && mebibytes > 0 ? mebibytes * mebibyte : mebibytes;
  };
  const capabilities = given<JsonObject>("capabilities");
  return present({
    Privileged: given("privileged"),
    PublishAllPorts: given("publishAllPorts"),
    RestartPolicy: { Name: planned["restart"] ?? "no", MaximumRetryCount: planned["maxRetryCount"] ?? 0 },
    Runtime: given("runtime"),
    Mounts: (given<readonly JsonObject[]>("mounts") ?? []).map(mount),
    AutoRemove: given("rm"),
    ReadonlyRootfs: given("readOnly"),
    LogConfig: { Type: planned["logDriver"] ?? "", Config: given("logOpts") ?? {} },
    Ulimits: given<readonly JsonObject[]>("ulimits")?.map((limit) => ({
      Name: limit["name"]!,
      Soft: limit["soft"]!,
      Hard: limit["hard"]!,
    })),
    ExtraHosts: given<readonly JsonObject[]>("hosts")?.map(({ host, ip }) => `${host as string}:${ip as string}`),
    CapAdd: capabilities && capabilityNames(capabilities["adds"]),
    CapDrop: capabilities && capabilityNames(capabilities["drops"]),
    Dns: given("dns"),
    DnsOptions: given("dnsOpts"),
    DnsSearch: given("dnsSearches"),
    SecurityOpt: given("securityOpts"),
    GroupAdd: given("groupAdds"),
    Memory: size("memory"),
    MemoryReservation: size("memoryReservation"),
    MemorySwap: size("memorySwap"),
    ShmSize: size("shmSize"),
    NanoCpus: given("cpus") && Math.round(Number(planned["cpus"]) * 1e9),
    CpuShares: given("cpuShares"),
    CpusetCpus: given("cpuSet"),
    NetworkMode: given("networkMode"),
    UsernsMode: given("usernsMode"),
    PidMode: given("pidMode"),
    IpcMode: given("ipcMode"),
    CgroupnsMode: given("cgroupnsMode"),
    CgroupParent: given("cgroupParent"),
    Sysctls: given("sysctls"),
    Init: planned["init"] === true,
  });
}

function mount(planned: JsonObject): JsonObject {
  const { bindOptions, volumeOptions, tmpfsOptions } = planned as { readonly [name: string]: JsonObject | undefined };
  return present({
    Type: planned["type"],
    Target: planned["target"],
    Source: planned["source"],
    ReadOnly: planned["readOnly"],
    BindOptions: planned["type"] === "bind" ? bindOptions && { Propagation: bindOptions["propagation"]! } : undefined,
    VolumeOptions:
      planned["type"] === "volume"
        ? volumeOptions && {
            NoCopy: volumeOptions["noCopy"] ?? false,
            Labels: labelMap(volumeOptions["labels"]),
            DriverConfig: { Name: volumeOptions["driverName"] ?? "", Options: volumeOptions["driverOptions"] ?? {} },
          }
        : undefined,
    TmpfsOptions:
      planned["type"] === "tmpfs"
        ? tmpfsOptions && { SizeBytes: tmpfsOptions["sizeBytes"] ?? 0, Mode: tmpfsOptions["mode"] ?? 0 }
        : undefined,
  });
}

function volumeParts(volumes: readonly JsonObject[]): { readonly paths: readonly string[]; readonly host: JsonObject } {
  const [paths, binds, from] = [[] as string[], [] as string[], [] as string[]];
  for (const volume of volumes) {
    const of = (name: string): string => String(volume[name] ?? "");
    const [source, path] = [of("hostPath") || of("volumeName"), of("containerPath")];
    const problem = (what: string): Error => new Error(`Unable to parse volumes: ${what}`);
    if (of("fromContainer") === "" && path === "") {
      throw problem("volume entry without container path or source container");
    }
    if (of("fromContainer") !== "" && path !== "") {
      throw problem("both a container and a path specified in a volume entry");
    }
    if (of("fromContainer") !== "") from.push(of("fromContainer"));
    else paths.push(path);
    const mode = `${volume["readOnly"] === true ? "ro" : "rw"}${of("selinuxRelabel") && `,${of("selinuxRelabel")}`}`;
    if (path !== "" && source !== "") binds.push(`${source}:${path}:${mode}`);
  }
  return { paths, host: { ...(binds.length > 0 && { Binds: binds }), ...(from.length > 0 && { VolumesFrom: from }) } };
}

function portBindings(ports: readonly JsonObject[]): JsonObject {
  const bindings: Record<string, JsonObject[]> = {};
  for (const port of ports) {
    (bindings[portKey(port)] ??= []).push({
      HostIp: port["ip"] ?? "0.0.0.0",
      HostPort: String(port["external"] ?? 0),
    });
  }
  return ports.length > 0 ? { PortBindings: bindings } : {};
}

function portKey(port: JsonObject): string {
  return `${String(port["internal"])}/${String(port["protocol"] ?? "tcp")}`;
}

/** Normalised as by Docker's client, because the engine returns them in this form. */
function capabilityNames(names: Json | undefined): string[] {
  const full = ((names ?? []) as readonly string[]).map((name) => {
    const upper = name.trim().toUpperCase();
    return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`;
  });
  return full.includes("ALL") ? ["ALL"] : [...new Set(full)].sort();
}

function present(entries: { readonly [name: string]: Json | undefined }): JsonObject {
  return Object.fromEntries(
    Object.entries(entries).filter((entry): entry is [string, Json] => entry[1] !== undefined && entry[1] !== null),
  );
}
