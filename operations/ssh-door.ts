import { isIPv6 } from "node:net";
import { withoutComment, type SshHost } from "../components/host/host.ts";
import { quote } from "../components/host/shell.ts";
import type { JumpHostSettings } from "../components/stack-file.ts";

/** Files in a private folder, by their paths. */
export interface SshFiles {
  readonly knownHosts: string;
  /** The stack's private key; absent where the agent is asked. */
  readonly privateKey?: string;
  /** Whether somebody answers for the key's passphrase, which `BatchMode` would forbid. */
  readonly hasPassphrase?: boolean;
}

/** Names the pinned keys stand under, whatever the machines' addresses are. */
const aliases = { host: "rancher-host", jumpHost: "rancher-jump-host" } as const;

/** The file that pins host and jump host. */
export function knownHosts({ hostKey, jumpHost }: SshHost): string {
  const lines = [
    [aliases.host, hostKey],
    [aliases.jumpHost, jumpHost?.hostKey],
  ] as const;
  return lines.flatMap(([alias, key]) => (key === undefined ? [] : [`${alias} ${withoutComment(key)}\n`])).join("");
}

/** Words for `ssh` that run a command on a host. No secret is among them: a key is named by its file. */
export function sshWords(host: SshHost, files: SshFiles, command: string): string[] {
  const { jumpHost } = host;
  return [
    ...doorOptions(host, aliases.host, files),
    ...(jumpHost ? ["-o", `ProxyCommand=${through(jumpHost, host, files)}`] : []),
    "--",
    host.address,
    command,
  ];
}

/** Not `ProxyJump`, which knows no options of its own: the machine in between has a key of its own. */
function through(jumpHost: JumpHostSettings, { address, port }: SshHost, files: SshFiles): string {
  const target = `${isIPv6(address) ? `[${address}]` : address}:${port}`;
  const words = ["ssh", ...doorOptions(jumpHost, aliases.jumpHost, files), "-W", target, "--", jumpHost.address];
  // ssh reads % as the start of a word of its own.
  return words.map(quote).join(" ").replaceAll("%", "%%");
}

function doorOptions(door: SshHost | JumpHostSettings, alias: string, files: SshFiles): string[] {
  const trust =
    door.hostKey === undefined
      ? ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null"]
      : [
          "StrictHostKeyChecking=yes",
          `UserKnownHostsFile="${files.knownHosts}"`,
          `HostKeyAlias=${alias}`,
          `HostKeyAlgorithms=${withoutComment(door.hostKey).split(" ")[0] ?? ""}`,
        ];
  const identity =
    files.privateKey === undefined
      ? ["IdentityFile=none"]
      : [`IdentityFile="${files.privateKey}"`, "IdentitiesOnly=yes", "IdentityAgent=none"];
  const options = [
    ...trust,
    ...identity,
    "GlobalKnownHostsFile=/dev/null",
    "PreferredAuthentications=publickey",
    `BatchMode=${files.hasPassphrase === true ? "no" : "yes"}`,
    "UpdateHostKeys=no",
    "ControlPath=none",
    "ConnectTimeout=15",
    "ServerAliveInterval=15",
    "ServerAliveCountMax=9",
    "LogLevel=ERROR",
  ];
  // Nothing of the user's own configuration: the stack file says how a host is reached.
  return [
    "-F",
    "/dev/null",
    "-T",
    "-l",
    door.user,
    "-p",
    `${door.port}`,
    ...options.flatMap((option) => ["-o", option]),
  ];
}
