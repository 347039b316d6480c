import type { ShellValues } from "../../../host/shell/link.ts";

/**
 * Names of the load balancer's containers: the one that serves, its replacement, and the previous one while it drains.
 */
export const containers = {
  serving: "rancher-nginx",
  next: "rancher-nginx-next",
  former: "rancher-nginx-former",
} as const;

/** Folder on a host over SSH that is mounted as `/etc/nginx`. */
export const containerFolder = "/etc/rancher-nginx";

/** Label with the digest of the options a container was created with. */
const specificationLabel = "rancher.specification";

/** What every function for the load balancer's containers reads. */
export const containerValues: ShellValues = {
  serving_container: containers.serving,
  next_container: containers.next,
  former_container: containers.former,
  specification_label: specificationLabel,
  // For `docker container inspect`.
  specification_format: `{{index .Config.Labels "${specificationLabel}"}}`,
};

/**
 * Options of `docker create` and `docker run` for every nginx container.
 *
 * The master runs as root, whatever the image's user, so that keys can stay readable by root only; workers switch to
 * nginx's user. Capabilities: CHOWN for the workers' folders, SETUID and SETGID for the workers' user, NET_BIND_SERVICE
 * for ports below 1024. nginx fails without any of them.
 */
export const hardening = [
  "--userns host",
  "--user 0:0",
  "--read-only",
  "--cap-drop ALL",
  "--cap-add CHOWN",
  "--cap-add NET_BIND_SERVICE",
  "--cap-add SETGID",
  "--cap-add SETUID",
  "--security-opt no-new-privileges",
  "--tmpfs /run:rw,nosuid,nodev,noexec,mode=755,size=1m",
];

/**
 * Options of the serving container: it restarts with the machine and the engine, drains at `docker stop`, and limits
 * its log. Not `unless-stopped`: after an engine was killed, its next start stops running containers and then treats
 * them as manually stopped (https://github.com/moby/moby/issues/41302).
 */
const servingContainer = [
  "--restart always",
  "--stop-signal SIGQUIT",
  "--log-driver json-file",
  "--log-opt max-size=10m",
  "--log-opt max-file=5",
];

export interface ContainerSpec {
  /**
   * Name of its network. With `host` nginx sees clients' real addresses, and packets are not translated. It shares any
   * other network with its upstreams.
   */
  readonly network: string;
  /** Published on all addresses of the host, with the same port numbers. @default none */
  readonly ports?: readonly number[];
  /** Descriptors a worker may have open: `worker_rlimit_nofile` of the configuration. */
  readonly openFiles: number;
  /**
   * Whether the mounted folder belongs to another user than root; root needs a capability to read its files then.
   * @default false
   */
  readonly usersFolder?: boolean;
}

/**
 * What nginx-container-spec.sh reads of the containers. The digest that identifies a container is that of this text:
 * any change of it replaces every container.
 */
export function containerSpec({ network, ports = [], openFiles, usersFolder = false }: ContainerSpec): ShellValues {
  return {
    network,
    container_options: [
      "--pull never",
      `--network ${network}`,
      ...hardening,
      ...(usersFolder ? ["--cap-add DAC_OVERRIDE"] : []),
    ],
    limit_options: `--ulimit nofile=${openFiles}:${openFiles}`,
    serving_options: [...servingContainer, ...ports.map((port) => `--publish ${port}:${port}`)],
  };
}
