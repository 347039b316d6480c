import type { Field, Fields } from "../terraform-bridge/schema.ts";
import { labelFields } from "../labels.ts";
import { samePorts } from "./same-ports.ts";

const text = { type: "text" } as const;
const flag = { type: "flag" } as const;
const whole = { type: "whole" } as const;
const replaces = { replaces: true } as const;
const computed = { computed: true } as const;
const texts = (type: "list" | "set", marks: Pick<Field, "replaces" | "computed"> = replaces): Field => ({
  type,
  of: "text",
  ...marks,
});

/**
 * Properties of a container, each with the effect of a change. Properties without a mark are changed in place, which has
 * no effect for most of them: {@link updatedInPlace}.
 *
 * Facts: resource_docker_container.go of terraform-provider-docker v4.5.0. Left out: attach and logs, devices, GPUs,
 * tmpfs and storage options, limits in the kernel scheduler's own units.
 */
export const containerFields: Fields = {
  name: { ...text, ...replaces },
  image: { ...text, ...replaces },
  command: texts("list", { ...replaces, ...computed }),
  entrypoints: texts("list", { ...replaces, ...computed }),
  envs: texts("set", { ...replaces, ...computed }),
  hostname: { ...text, ...replaces, ...computed },
  domainname: { ...text, ...replaces },
  user: { ...text, ...replaces, same: isEmpty },
  workingDir: { ...text, ...replaces, same: isEmpty },
  tty: { ...flag, ...replaces },
  stdinOpen: { ...flag, ...replaces },
  stopSignal: { ...text, ...replaces, ...computed },
  stopTimeout: { ...whole, ...replaces, ...computed },
  labels: { type: "set", of: labelFields, ...replaces, ...computed },
  healthcheck: {
    type: "block",
    ...computed,
    of: {
      tests: texts("list", {}),
      interval: { ...text, default: "0s" },
      timeout: { ...text, default: "0s" },
      startPeriod: { ...text, default: "0s" },
      startInterval: { ...text, default: "0s" },
      retries: whole,
    },
  },

  restart: { ...text, default: "no" },
  maxRetryCount: whole,
  rm: flag,
  start: { ...flag, default: true },
  mustRun: { ...flag, default: true },
  wait: flag,
  waitTimeout: { ...whole, default: 60 },
  destroyGraceSeconds: whole,
  removeVolumes: { ...flag, default: true },
  containerReadRefreshTimeoutMilliseconds: { ...whole, default: 15_000 },

  privileged: { ...flag, ...replaces },
  readOnly: { ...flag, ...replaces },
  init: { ...flag, ...computed },
  runtime: { ...text, ...replaces, ...computed },
  platform: { ...text, ...replaces, ...computed },
  capabilities: { type: "block", set: true, ...replaces, of: { adds: texts("set"), drops: texts("set") } },
  securityOpts: texts("set", { ...replaces, ...computed }),
  groupAdds: texts("set"),
  usernsMode: { ...text, ...replaces },
  pidMode: { ...text, ...replaces },
  ipcMode: { ...text, ...replaces, ...computed },
  cgroupnsMode: { ...text, ...replaces },
  cgroupParent: { ...text, ...replaces },
  sysctls: { type: "map", ...replaces },
  ulimits: {
    type: "set",
    ...replaces,
    of: { name: { ...text, ...replaces }, soft: { ...whole, ...replaces }, hard: { ...whole, ...replaces } },
  },
  memory: whole,
  memoryReservation: whole,
  memorySwap: whole,
  shmSize: { ...whole, ...replaces, ...computed },
  cpus: { ...text, ...replaces },
  cpuShares: whole,
  cpuSet: text,

  logDriver: { ...text, ...replaces, ...computed },
  logOpts: { type: "map", ...replaces },

  networkMode: { ...text, ...replaces, default: "bridge" },
  networksAdvanced: {
    type: "set",
    ...replaces,
    of: {
      name: { ...text, ...replaces },
      aliases: texts("set"),
      driverOpts: texts("set"),
      gwPriority: { ...whole, ...replaces },
      ipv4Address: { ...text, ...replaces },
      ipv6Address: { ...text, ...replaces },
      linkLocalIps: texts("set"),
      macAddress: { ...text, ...replaces },
    },
  },
  ports: {
    type: "list",
    ...replaces,
    same: samePorts,
    of: {
      internal: { ...whole, ...replaces },
      external: { ...whole, ...replaces, ...computed },
      ip: { ...text, ...replaces, default: "0.0.0.0" },
      protocol: { ...text, ...replaces, default: "tcp" },
    },
  },
  publishAllPorts: { ...flag, ...replaces },
  hosts: { type: "set", ...replaces, of: { host: { ...text, ...replaces }, ip: { ...text, ...replaces } } },
  dns: texts("set"),
  dnsOpts: texts("set"),
  dnsSearches: texts("set"),

  volumes: {
    type: "set",
    ...replaces,
    of: {
      containerPath: { ...text, ...replaces },
      fromContainer: { ...text, ...replaces },
      hostPath: { ...text, ...replaces },
      readOnly: { ...flag, ...replaces },
      selinuxRelabel: { ...text, ...replaces },
      volumeName: { ...text, ...replaces },
    },
  },
  // A change inside a mount does not replace the container. It is made "in place", which has no effect.
  mounts: {
    type: "set",
    ...replaces,
    of: {
      target: text,
      source: text,
      type: text,
      readOnly: flag,
      bindOptions: { type: "block", of: { propagation: text } },
      volumeOptions: {
        type: "block",
        of: {
          noCopy: flag,
          labels: { type: "set", of: labelFields },
          driverName: text,
          driverOptions: { type: "map" },
          subpath: { ...text, ...replaces },
        },
      },
      tmpfsOptions: { type: "block", ...replaces, of: { sizeBytes: whole, mode: whole } },
    },
  },
  uploads: {
    type: "set",
    ...replaces,
    of: {
      content: { ...text, ...replaces },
      contentBase64: { ...text, ...replaces },
      executable: { ...flag, ...replaces, default: false },
      file: { ...text, ...replaces },
      permissions: { ...text, ...replaces },
      source: { ...text, ...replaces },
      sourceHash: { ...text, ...replaces },
    },
  },

  bridge: { ...text, ...computed },
  containerLogs: { ...text, ...computed },
  exitCode: { ...whole, ...computed },
  networkDatas: {
    type: "list",
    ...computed,
    of: {
      networkName: text,
      ipAddress: text,
      ipPrefixLength: whole,
      gateway: text,
      globalIpv6Address: text,
      globalIpv6PrefixLength: whole,
      ipv6Gateway: text,
      macAddress: text,
    },
  },
};

/** Properties that only the engine provides. */
export const containerOutputs = ["bridge", "containerLogs", "exitCode", "networkDatas"];

/** Properties that are sent to the engine, all together, when one of them changes. */
export const updatedInPlace = [
  "restart",
  "maxRetryCount",
  "cpuShares",
  "memory",
  "memoryReservation",
  "cpuSet",
  "memorySwap",
];

/** An empty text is never a difference. */
function isEmpty(_old: unknown, wanted: unknown): boolean {
  return wanted === "";
}
