import { isIPv6 } from "node:net";
import { withoutComment, type Host, type SshHost } from "../host/host.ts";
import { quote } from "../host/shell.ts";
import type { JumpHostSettings } from "../stack-file.ts";

/** What the Docker provider is told about an engine. */
export interface DockerConnection {
  readonly host: string;
  /** Words for `ssh`, each of them whole: no shell reads them. */
  readonly sshOpts: readonly string[];
  /** At the first preview of a host whose engine this program installs nobody answers yet. */
  readonly disableDockerDaemonCheck: true;
}

/**
 * How the Docker provider reaches a host's engine: for a host over SSH by the `ssh` of the machine Pulumi runs on, with
 * keys from its agent alone; nothing where the engine is on that machine.
 */
export function dockerConnection(host: Host): DockerConnection | undefined {
  if (host.kind === "local") return undefined;
  return { host: engineUrl(host), sshOpts: sshOptions(host), disableDockerDaemonCheck: true };
}

type Door = SshHost | JumpHostSettings;

function engineUrl({ user, address, port }: SshHost): string {
  const machine = isIPv6(address) ? `[${address}]` : address;
  return `ssh://${encodeURIComponent(user)}@${machine}:${port}`;
}

function sshOptions(host: SshHost): string[] {
  const { jumpHost } = host;
  return [...trust(host, "%H"), ...(jumpHost ? [`ProxyCommand=${through(jumpHost)}`] : [])].flatMap((option) => [
    "-o",
    option,
  ]);
}

/**
 * The pinned key alone says which machine it is. The file of known hosts would take part in that, and so would a
 * connection that is open already; ssh asks the command before it chooses among a server's keys, too.
 *
 * @param name What ssh puts the looked-up name in for.
 */
function trust({ hostKey }: Door, name: "%H" | "%%H"): string[] {
  const pinned =
    hostKey === undefined
      ? ["StrictHostKeyChecking=no"]
      : [`KnownHostsCommand=/bin/echo ${name} ${withoutComment(hostKey)}`, "StrictHostKeyChecking=yes"];
  return [
    ...pinned,
    "UserKnownHostsFile=/dev/null",
    "GlobalKnownHostsFile=/dev/null",
    "BatchMode=yes",
    "ControlPath=none",
    "ConnectTimeout=15",
  ];
}

/** Not `ProxyJump`, which knows no options of its own: the machine in between has a key of its own. */
function through(jump: JumpHostSettings): string {
  const options = trust(jump, "%%H").flatMap((option) => ["-o", option]);
  return ["ssh", ...options, "-W", "[%h]:%p", "-p", `${jump.port}`, "-l", jump.user, "--", jump.address]
    .map(quote)
    .join(" ");
}
