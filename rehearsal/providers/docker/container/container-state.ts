import type { Json, JsonObject } from "../../protocol/property-value.ts";
import { isZero } from "../terraform-bridge/schema.ts";
import { goDuration } from "./go-duration.ts";
import type { EngineMount, Inspected } from "./inspected.ts";

const mebibyte = 1024 * 1024;

/**
 * The state after a read: the engine's values, merged over the previous state. Environment, labels, volumes, uploads and
 * networks joined later are never read, so manual changes to them do not show:
 * resourceDockerContainerRead of terraform-provider-docker v4.5.0.
 */
export function containerState(found: Inspected, state: JsonObject): JsonObject {
  const { Config: config, HostConfig: host, NetworkSettings: network } = found;
  const isSaid = (name: string): boolean => !isZero(state[name]);
  const isStopped = !found.State.Running;
  const mustRun = state["mustRun"] === true;
  return {
    ...state,
    bridge: network.Bridge ?? "",
    networkDatas: networkDatas(found),
    ...((found.State.Running || mustRun) && isSaid("ports") && { ports: portList(found) }),
    // A stopped container shows as a difference, so that an update starts it.
    ...(isStopped && { exitCode: found.State.ExitCode, ...(mustRun && { mustRun: false }) }),
    name: found.Name.replace(/^\/+/, ""),
    rm: host.AutoRemove,
    readOnly: host.ReadonlyRootfs,
    image: String(state["image"] ?? "").startsWith("sha256:") ? found.Image : config.Image,
    hostname: config.Hostname,
    domainname: config.Domainname,
    command: config.Cmd ?? [],
    entrypoints: config.Entrypoint ?? [],
    user: config.User,
    workingDir: config.WorkingDir,
    tty: config.Tty,
    stdinOpen: config.OpenStdin,
    stopSignal: config.StopSignal ?? "",
    stopTimeout: config.StopTimeout ?? 0,
    dns: sorted(host.Dns),
    dnsOpts: sorted(host.DnsOptions),
    dnsSearches: sorted(host.DnsSearch),
    securityOpts: sorted(host.SecurityOpt),
    groupAdds: sorted(host.GroupAdd),
    publishAllPorts: host.PublishAllPorts,
    restart: host.RestartPolicy.Name,
    maxRetryCount: host.RestartPolicy.MaximumRetryCount,
    init: host.Init ?? false,
    ...(((host.CapAdd ?? []).length > 0 || (host.CapDrop ?? []).length > 0) && {
      capabilities: { adds: sorted(host.CapAdd), drops: sorted(host.CapDrop) },
    }),
    runtime: host.Runtime,
    platform: found.Platform,
    mounts: (host.Mounts ?? []).map(mountState),
    hosts: (host.ExtraHosts ?? []).map((entry) => {
      const [name = "", ip = ""] = entry.split(":");
      return { host: name, ip };
    }),
    ...(isSaid("ulimits") && {
      ulimits: (host.Ulimits ?? []).map(({ Name, Soft, Hard }) => ({ name: Name, soft: Soft, hard: Hard })),
    }),
    privileged: host.Privileged,
    memory: Math.trunc(host.Memory / mebibyte),
    memoryReservation: host.MemoryReservation > 0 ? Math.trunc(host.MemoryReservation / mebibyte) : 0,
    memorySwap: host.MemorySwap > 0 ? Math.trunc(host.MemorySwap / mebibyte) : host.MemorySwap,
    shmSize: Math.trunc(host.ShmSize / mebibyte),
    ...(host.NanoCpus > 0 && { cpus: decimal(host.NanoCpus) }),
    cpuShares: host.CpuShares,
    cpuSet: host.CpusetCpus,
    logDriver: host.LogConfig.Type,
    logOpts: isSaid("logOpts") ? (host.LogConfig.Config ?? {}) : {},
    networkMode: host.NetworkMode,
    ...(isSaid("pidMode") && { pidMode: host.PidMode }),
    usernsMode: host.UsernsMode,
    ipcMode: host.IpcMode,
    sysctls: host.Sysctls ?? {},
    ...(config.Healthcheck !== undefined && {
      healthcheck: {
        tests: config.Healthcheck.Test ?? [],
        interval: goDuration(config.Healthcheck.Interval ?? 0),
        timeout: goDuration(config.Healthcheck.Timeout ?? 0),
        startPeriod: goDuration(config.Healthcheck.StartPeriod ?? 0),
        startInterval: goDuration(config.Healthcheck.StartInterval ?? 0),
        retries: config.Healthcheck.Retries ?? 0,
      },
    }),
  };
}

/** Sorted by the port in the container. If the engine also publishes on IPv6, each port is listed twice. */
function portList({ NetworkSettings: { Ports } }: Inspected): Json {
  return Object.entries(Ports ?? {})
    .sort(([one], [other]) => Number.parseInt(one) - Number.parseInt(other))
    .flatMap(([port, bindings]) => {
      const [internal, protocol = "tcp"] = port.split("/");
      return (bindings ?? []).map(({ HostIp, HostPort }) => ({
        internal: Number(internal),
        external: Number(HostPort),
        ip: HostIp,
        protocol,
      }));
    });
}

function networkDatas({ NetworkSettings: { Networks } }: Inspected): Json {
  return Object.entries(Networks ?? {}).map(([name, endpoint]) => ({
    networkName: name,
    ipAddress: endpoint.IPAddress,
    ipPrefixLength: endpoint.IPPrefixLen,
    gateway: endpoint.Gateway,
    globalIpv6Address: endpoint.GlobalIPv6Address,
    globalIpv6PrefixLength: endpoint.GlobalIPv6PrefixLen,
    ipv6Gateway: endpoint.IPv6Gateway,
    macAddress: endpoint.MacAddress,
  }));
}

function mountState(mount: EngineMount): Json {
  const { BindOptions: bind, VolumeOptions: volume, TmpfsOptions: tmpfs } = mount;
  return {
    target: mount.Target,
    source: mount.Source ?? "",
    type: mount.Type,
    readOnly: mount.ReadOnly ?? false,
    ...(bind && { bindOptions: { propagation: bind.Propagation ?? "" } }),
    ...(volume && {
      volumeOptions: {
        noCopy: volume.NoCopy ?? false,
        labels: [],
        driverName: volume.DriverConfig?.Name ?? "",
        driverOptions: volume.DriverConfig?.Options ?? {},
        subpath: "",
      },
    }),
    ...(tmpfs && { tmpfsOptions: { sizeBytes: tmpfs.SizeBytes ?? 0, mode: tmpfs.Mode ?? 0 } }),
  };
}

/** Converts billionths of a CPU to the provider's form: `1.0`, `1.5`. */
function decimal(nanoCpus: number): string {
  const exact = (nanoCpus / 1e9).toFixed(9);
  return exact.split("0").length - 1 === 9 ? (nanoCpus / 1e9).toFixed(1) : exact.replace(/0+$/, "");
}

function sorted(texts: readonly string[] | null): readonly string[] {
  return [...(texts ?? [])].sort();
}
