import { isIPv6 } from "node:net";
import { withoutComment, type SshHost } from "../../components/host/host.ts";
import { quote } from "../../components/host/shell/shell.ts";
import { sshArguments } from "../../components/host/ssh-options.ts";
import type { JumpHostSettings } from "../../components/stack-file/settings.ts";

/** Files in a private folder, by their paths. */
export interface SshFiles {
  readonly knownHosts: string;
  /** The stack's private key; without it the SSH agent is used. */
  readonly privateKey?: string;
  /** Whether `SSH_ASKPASS` provides the key's passphrase, which `BatchMode` would prevent. */
  readonly hasPassphrase?: boolean;
}

/** Names of the machines in the known-hosts file, independent of their addresses. */
const aliases = { host: "rancher-host", jumpHost: "rancher-jump-host" } as const;

/** Content of the known-hosts file that pins host and jump host. */
export function knownHosts({ hostKey, jumpHost }: SshHost): string {
  const lines = [
    [aliases.host, hostKey],
    [aliases.jumpHost, jumpHost?.hostKey],
  ] as const;
  return lines.flatMap(([alias, key]) => (key === undefined ? [] : [`${alias} ${withoutComment(key)}\n`])).join("");
}

/** Arguments for `ssh` that run a command on a host. They contain no secret: a key is passed as a file name. */
export function sshCommand(host: SshHost, files: SshFiles, command: string): string[] {
  const { jumpHost } = host;
  const proxyCommand = jumpHost && through(jumpHost, host, files);
  return [...endpointArguments(host, aliases.host, files, proxyCommand), "--", host.address, command];
}

/** Not `ProxyJump`, which accepts no options for the jump host, such as its pinned key. */
function through(jumpHost: JumpHostSettings, { address, port }: SshHost, files: SshFiles): string {
  const target = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  const jump = ["ssh", ...endpointArguments(jumpHost, aliases.jumpHost, files), "-W", target, "--", jumpHost.address];
  // ssh expands tokens that start with %.
  return jump.map(quote).join(" ").replaceAll("%", "%%");
}

function endpointArguments(
  endpoint: SshHost | JumpHostSettings,
  alias: string,
  files: SshFiles,
  proxyCommand?: string,
): string[] {
  const trust =
    endpoint.hostKey === undefined
      ? ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"]
      : [
          "StrictHostKeyChecking=yes",
          `UserKnownHostsFile="${files.knownHosts}"`,
          `HostKeyAlias=${alias}`,
          `HostKeyAlgorithms=${withoutComment(endpoint.hostKey).split(" ")[0] ?? ""}`,
        ];
  const identity =
    files.privateKey === undefined
      ? ["IdentityFile=none"]
      : [`IdentityFile="${files.privateKey}"`, "IdentitiesOnly=yes", "IdentityAgent=none"];
  const common = sshArguments({
    own: [...trust, ...identity],
    ...(proxyCommand !== undefined && { proxyCommand }),
    interactive: files.hasPassphrase === true,
  });
  return [...common, "-l", endpoint.user, "-p", `${endpoint.port}`];
}
