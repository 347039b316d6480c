import type { FoundContainer } from "./found-container.ts";

type Options = FoundContainer["options"];
type Answer = (value: unknown, options: Options) => string | undefined;

const noKey = "not kept, because there is no key for it";

/** Whether an option was given. For missing options the engine writes `null`, zero, `""`, `[]` or `{}`. */
function isGiven(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== 0 && value !== "" && value !== false && value !== -1;
}

const mebibytes = (value: unknown) => `${Math.floor(Number(value) / 1024 ** 2)}m`;
const unless =
  (standard: readonly unknown[], answer: string): Answer =>
  (value) =>
    standard.includes(value) ? undefined : answer;
const always =
  (answer: string): Answer =>
  () =>
    answer;
const resolvers = `${noKey}: the container uses Docker's resolver, and on a host over SSH its pods use the host's`;

/** Options of `docker run`, by their names in `docker inspect`, and what replaces each. */
const answers: readonly (readonly [field: string, option: string, answer: Answer])[] = [
  ["Memory", "--memory", (value) => `docker.memory: ${mebibytes(value)}`],
  ["NanoCpus", "--cpus", (value) => `docker.cpus: ${Number(value) / 1e9}`],
  [
    "CpuQuota",
    "--cpu-quota",
    (value, { CpuPeriod }) => `docker.cpus: ${Number(value) / (Number(CpuPeriod) || 100_000)}`,
  ],
  ["CpuShares", "--cpu-shares", always(noKey)],
  ["CpusetCpus", "--cpuset-cpus", always(noKey)],
  ["MemoryReservation", "--memory-reservation", always(noKey)],
  ["BlkioWeight", "--blkio-weight", always(noKey)],
  ["PidsLimit", "--pids-limit", always(noKey)],
  ["OomScoreAdj", "--oom-score-adj", always(noKey)],
  ["OomKillDisable", "--oom-kill-disable", always(noKey)],
  [
    "NetworkMode",
    "--network",
    unless(["default", "bridge"], "not kept: the container is in the network rancher, only with nginx"),
  ],
  ["Links", "--link", always(noKey)],
  ["Dns", "--dns", always(resolvers)],
  ["DnsSearch", "--dns-search", always(resolvers)],
  ["DnsOptions", "--dns-option", always(resolvers)],
  ["ExtraHosts", "--add-host", always(`${noKey}: add the names to your DNS`)],
  ["Ulimits", "--ulimit", always(`${noKey}: the limits are the Docker engine's`)],
  ["CgroupnsMode", "--cgroupns", unless(["private"], `${noKey}: the mode is the Docker engine's default`)],
  ["CgroupParent", "--cgroup-parent", always(noKey)],
  ["LogType", "--log-driver", unless(["json-file"], `${noKey}: logs go to 5 files of 10 MB, which docker logs reads`)],
  ["LogOptions", "--log-opt", always(`${noKey}: logs go to 5 files of 10 MB, which docker logs reads`)],
  ["PidMode", "--pid", always(noKey)],
  ["UTSMode", "--uts", always(noKey)],
  ["IpcMode", "--ipc", unless(["private", "shareable"], noKey)],
  ["ShmSize", "--shm-size", unless([64 * 1024 ** 2], noKey)],
  ["Sysctls", "--sysctl", always(`${noKey}: set it on the host`)],
  ["Devices", "--device", always("nothing: a privileged container has every device of the host")],
  ["DeviceRequests", "--gpus", always(noKey)],
  ["CapAdd", "--cap-add", always("nothing: a privileged container has every capability")],
  ["CapDrop", "--cap-drop", always(noKey)],
  ["GroupAdd", "--group-add", always(noKey)],
  ["ReadonlyRootfs", "--read-only", always(noKey)],
  ["Tmpfs", "--tmpfs", always(noKey)],
  ["Runtime", "--runtime", unless(["runc"], noKey)],
  ["Init", "--init", always("nothing: Rancher's image starts an init process itself")],
  ["StopTimeout", "--stop-timeout", always("nothing: Rancher has 60 s to stop")],
  ["User", "--user", unless(["root", "0", "0:0"], `${noKey}: Rancher's image runs as root`)],
];

/** Fields of `HostConfig` that are read. Others may contain secrets, such as options of a log driver or a volume. */
export const hostConfigFields: readonly string[] = [
  ...answers
    .map(([field]) => field)
    .filter((field) => !["LogType", "LogOptions", "StopTimeout", "User"].includes(field)),
  "CpuPeriod",
];

/** What happens to the container's options: kept, replaced by a key, or not kept. */
export function optionAnswers({ options, restart, ports, labels }: FoundContainer): string[] {
  return [
    ...(restart === "always" ? [] : [`--restart ${restart}: always, so that Rancher restarts after any exit`]),
    ...answers.flatMap(([field, option, answer]) => {
      const value = options[field];
      const text = isGiven(value) ? answer(value, options) : undefined;
      return text === undefined ? [] : [`${option} ${written(value)}: ${text}`];
    }),
    ...ports.flatMap(portAnswer),
    ...labels.map(labelAnswer),
  ];
}

function written(value: unknown): string {
  if (Array.isArray(value)) return value.map(written).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  // A ulimit or device has a name; of a mapping such as sysctls only the names are shown.
  const { Name: name, PathOnHost: path } = value as Readonly<Record<string, unknown>>;
  return typeof name === "string" ? name : typeof path === "string" ? path : Object.keys(value).join(", ");
}

/** `127.0.0.1:8443 443/tcp` */
function portAnswer(port: string): string[] {
  const [, address = "", outer = "", inner = ""] = /^(.*):(\d*) (\S+)$/.exec(port) ?? [];
  const key = { "80/tcp": "http", "443/tcp": "https" }[inner];
  if (key === undefined) return [`-p ${outer}:${inner}: ${noKey}`];
  const standard = key === "http" ? "80" : "443";
  return [
    ...(outer === standard
      ? []
      : [`-p ${outer}:${inner}: loadBalancer.ports.${key}: ${outer}, without nginx docker.publish.${key}`]),
    ...(["", "0.0.0.0", "::"].includes(address)
      ? []
      : [
          `-p ${address}:${outer}:${inner}: the address is ${noKey}; the port is open on all addresses. Protect it with a firewall in front of the host`,
        ]),
  ];
}

function labelAnswer(label: string): string {
  return label.startsWith("com.docker.compose.")
    ? `label ${label}: not kept: Docker Compose no longer finds the container. Take Rancher out of its file, or the next docker compose up starts a second one`
    : `label ${label}: ${noKey}`;
}
