import { isIPv6 } from "node:net";
import { withoutComment, type Host, type SshHost } from "../../host/host.ts";
import { quote } from "../../host/shell/shell.ts";
import { sshArguments } from "../../host/ssh-options.ts";
import type { JumpHostSettings } from "../../stack-file/settings.ts";

/** Arguments of the Docker provider for one engine. */
export interface DockerConnection {
  readonly host: string;
  /** Arguments for `ssh`; no shell reads them. */
  readonly sshOpts: readonly string[];
  /** If this program installs the engine, none answers at the first preview. */
  readonly disableDockerDaemonCheck: true;
}

/**
 * How the Docker provider connects to a host's engine: with the local `ssh` command and keys from the SSH agent,
 * ignoring the SSH configuration. Undefined for a local engine.
 */
export function dockerConnection(host: Host): DockerConnection | undefined {
  if (host.kind === "local") return undefined;
  return { host: engineUrl(host), sshOpts: sshOptions(host), disableDockerDaemonCheck: true };
}

type Endpoint = SshHost | JumpHostSettings;

function engineUrl({ user, address, port }: SshHost): string {
  const machine = isIPv6(address) ? `[${address}]` : address;
  return `ssh://${encodeURIComponent(user)}@${machine}:${port}`;
}

function sshOptions(host: SshHost): string[] {
  const { jumpHost } = host;
  return sshArguments({ own: trust(host, "%H"), ...(jumpHost && { proxyCommand: through(jumpHost) }) });
}

/**
 * Only the pinned key identifies the host; known_hosts files are ignored. `ssh` also runs the command before it chooses
 * among the server's key types.
 *
 * @param name Token that ssh replaces with the name it looks up
 */
function trust({ hostKey }: Endpoint, name: "%H" | "%%H"): string[] {
  const pinned =
    hostKey === undefined
      ? ["StrictHostKeyChecking=no"]
      : [`KnownHostsCommand=/bin/echo ${name} ${withoutComment(hostKey)}`, "StrictHostKeyChecking=yes"];
  return [...pinned, "UserKnownHostsFile=/dev/null"];
}

/** Not `ProxyJump`, which accepts no separate options: the jump host has its own pinned key. */
function through(jump: JumpHostSettings): string {
  const options = sshArguments({ own: trust(jump, "%%H") });
  return ["ssh", ...options, "-W", "[%h]:%p", "-p", `${jump.port}`, "-l", jump.user, "--", jump.address]
    .map(quote)
    .join(" ");
}
