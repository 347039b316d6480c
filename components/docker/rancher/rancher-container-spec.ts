import type { DockerSettings, SingleNodeSettings } from "../../stack-file/settings.ts";
import { bytesOf } from "./memory-size.ts";
import { auditLogVolume, inRancherContainer, rancherLabels, rancherVolume } from "../names.ts";

/** Specification of Rancher's container, without its image, secrets and what is generated on the host. Plain values. */
export interface RancherContainerSpec {
  /** Arguments for Rancher, after the image. */
  readonly command: readonly string[];
  /** Without the bootstrap password and the proxies' credentials. */
  readonly environment: Readonly<Record<string, string>>;
  readonly volumes: readonly { readonly volumeName: string; readonly containerPath: string }[];
  /** Ports on the host; none if nginx reaches Rancher in Docker's network. */
  readonly ports: readonly PublishedPort[];
  readonly labels: Readonly<Record<string, string>>;
  /** Whether the CA's certificate is placed where Rancher reads it to pass it on to agents. */
  readonly privateCa: boolean;
  /** Certificates of further CAs that Rancher trusts, PEM. */
  readonly additionalTrustedCAs?: string;
  /** MiB; no limit if absent. */
  readonly memory?: number;
  /** `1.5`; no limit if absent. */
  readonly cpus?: string;
}

export interface PublishedPort {
  readonly internal: number;
  readonly external: number;
  /** Address of the host it is bound to. */
  readonly ip: string;
}

/**
 * Checks that Rancher itself answers. The header is the one nginx sends; without it Rancher answers with a redirect. On
 * port 80 Rancher answers once its Kubernetes is up. Durations are in Go's format, as the engine returns them; any
 * other format is a difference at every run.
 */
export const rancherHealthcheck = {
  tests: [
    "CMD",
    "curl",
    "--silent",
    "--fail",
    "--output",
    "/dev/null",
    "--max-time",
    "4",
    "--header",
    "X-Forwarded-Proto: https",
    "http://127.0.0.1/healthz",
  ],
  interval: "5s",
  timeout: "5s",
  /** The first start unpacks Kubernetes. Failures count only after this period. */
  startPeriod: "10m0s",
  retries: 6,
} as const;

/** Seconds between SIGTERM and SIGKILL, for Rancher and its Kubernetes. */
export const graceSeconds = 60;

/** An engine with userns-remap refuses privileged containers otherwise. */
export const userNamespace = "host";

/** Options of the engine for every container that runs Rancher: the real one, and that of the upgrade test. */
export function engineOptions({ memory, cpus }: RancherContainerSpec) {
  return {
    // Rancher's embedded Kubernetes mounts file systems, moves cgroups and reads /dev/kmsg.
    privileged: true,
    usernsMode: userNamespace,
    logDriver: "json-file",
    logOpts: { "max-size": "10m" },
    // Swap is set too: the engine would return its own default, a difference at every run. etcd should not swap.
    ...(memory !== undefined && { memory, memorySwap: memory }),
    ...(cpus !== undefined && { cpus }),
  };
}

/** The same as options of `docker create`; none contains a blank. */
export function dockerOptions(spec: RancherContainerSpec): string[] {
  const { usernsMode, logDriver, logOpts, memory, memorySwap, cpus } = engineOptions(spec);
  return [
    "--privileged",
    ...["--userns", usernsMode],
    ...["--log-driver", logDriver],
    ...Object.entries(logOpts).flatMap(([name, value]) => ["--log-opt", `${name}=${value}`]),
    ...(memory === undefined ? [] : ["--memory", `${memory}m`, "--memory-swap", `${memorySwap}m`]),
    ...(cpus === undefined ? [] : ["--cpus", cpus]),
  ];
}

/**
 * Rancher's container from a stack file.
 *
 * @param stack `<project>/<stack>` that owns the container
 */
export function rancherContainerSpec(settings: SingleNodeSettings, stack: string): RancherContainerSpec {
  const { docker, version } = settings;
  const environment = rancherEnvironment(docker);
  return {
    command: [...(trust(settings) === "publicCa" ? ["--no-cacerts"] : []), ...docker.arguments],
    environment,
    volumes: [
      { volumeName: rancherVolume, containerPath: inRancherContainer.data },
      ...(docker.auditLog ? [{ volumeName: auditLogVolume, containerPath: inRancherContainer.auditLog }] : []),
    ],
    ports: publishedPorts(settings),
    labels: {
      [rancherLabels.stack]: stack,
      [rancherLabels.version]: version,
      [rancherLabels.environment]: Object.entries(environment)
        .map(([name, value]) => `${name}=${value}`)
        .join(" "),
    },
    privateCa: trust(settings) === "privateCa",
    ...(docker.additionalTrustedCAs !== undefined && { additionalTrustedCAs: docker.additionalTrustedCAs }),
    ...(docker.memory !== undefined && { memory: mebibytes(docker.memory) }),
    ...(docker.cpus !== undefined && { cpus: `${docker.cpus}` }),
  };
}

/**
 * Which kind of CA signed the certificate that users see. Rancher passes a private CA's certificate on to agents, and
 * `--no-cacerts` is for a public CA. If Rancher terminates TLS, it makes its own.
 * https://ranchermanager.docs.rancher.com/getting-started/installation-and-upgrade/other-installation-methods/rancher-on-a-single-node-with-docker
 */
function trust({ tls }: SingleNodeSettings): "own" | "publicCa" | "privateCa" {
  switch (tls.source) {
    case "rancher":
      return "own";
    case "generated":
      return "privateCa";
    case "secret":
      return tls.caCertificate === undefined ? "publicCa" : "privateCa";
    default:
      return tls satisfies never;
  }
}

/** Rancher's ports are reachable from outside only if there is no nginx. */
function publishedPorts({ loadBalancer, docker }: SingleNodeSettings): PublishedPort[] {
  switch (loadBalancer.kind) {
    case "none":
      // IPv4 explicitly: otherwise the engine adds an IPv6 binding, which is a difference at every run.
      return published(loadBalancer.ports, "0.0.0.0");
    case "nginx":
      return loadBalancer.runAs === "host" ? published(docker.publish, "127.0.0.1") : [];
    default:
      return loadBalancer satisfies never;
  }
}

/** Sorted by internal port, as the engine returns them. */
function published({ http, https }: { readonly http: number; readonly https: number }, ip: string): PublishedPort[] {
  return [
    { internal: 80, external: http, ip },
    { internal: 443, external: https, ip },
  ];
}

/** Sorted by name. `docker.environment` overrides the other keys. */
function rancherEnvironment({ auditLog, proxy, registry, environment }: DockerSettings): Record<string, string> {
  const all = {
    ...(auditLog && {
      // Without the first, Rancher 2.12 and later write no log at any level.
      AUDIT_LOG_ENABLED: "true",
      AUDIT_LEVEL: `${auditLog.level}`,
      AUDIT_LOG_PATH: `${inRancherContainer.auditLog}/rancher-api-audit.log`,
      AUDIT_LOG_MAXAGE: `${auditLog.maxAge}`,
      AUDIT_LOG_MAXBACKUP: `${auditLog.maxBackups}`,
      AUDIT_LOG_MAXSIZE: `${auditLog.maxSize}`,
    }),
    ...(proxy && {
      ...(proxy.http !== undefined && { HTTP_PROXY: proxy.http }),
      ...(proxy.https !== undefined && { HTTPS_PROXY: proxy.https }),
      NO_PROXY: [...new Set([...neverProxied, ...proxy.noProxy])].join(","),
    }),
    ...(registry !== undefined && { CATTLE_SYSTEM_DEFAULT_REGISTRY: registry }),
    ...environment,
  };
  return Object.fromEntries(Object.entries(all).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

/**
 * What Rancher's own Kubernetes needs to reach without a proxy.
 * https://ranchermanager.docs.rancher.com/getting-started/installation-and-upgrade/other-installation-methods/rancher-on-a-single-node-with-docker/http-proxy-configuration
 */
const neverProxied = ["localhost", "127.0.0.1", "0.0.0.0", "10.0.0.0/8", "cattle-system.svc", ".svc", ".cluster.local"];

/** `8g` in MiB, the provider's unit. */
function mebibytes(size: string): number {
  return Math.floor(bytesOf(size) / 1024 ** 2);
}
