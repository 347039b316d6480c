/**
 * Options of every `ssh` that this program starts. Only the stack file specifies how a host is reached: an SSH
 * configuration of the user or the system may forward the agent to the host, run a local command, forward ports, or
 * redirect the connection. `-F` disables it, and each dangerous option is also switched off by name. Ciphers, key
 * exchange and MACs are the defaults of the installed OpenSSH.
 *
 * ssh_config(5): https://man.openbsd.org/ssh_config
 */
const always = [
  "ForwardAgent=no",
  "ForwardX11=no",
  "ClearAllForwardings=yes",
  "PermitLocalCommand=no",
  "Tunnel=no",
  "ControlMaster=no",
  "ControlPath=none",
  "UpdateHostKeys=no",
  "GlobalKnownHostsFile=/dev/null",
  "PreferredAuthentications=publickey",
  "ConnectTimeout=15",
  "ServerAliveInterval=15",
  "ServerAliveCountMax=9",
  "LogLevel=ERROR",
] as const;

export interface SshOptions {
  /** Options that select the host key and the user's keys: `StrictHostKeyChecking=yes`. */
  readonly own: readonly string[];
  /** Command whose standard streams are the connection. @default none, regardless of any configuration */
  readonly proxyCommand?: string;
  /** Whether `ssh` may prompt, for example for a passphrase. @default false */
  readonly interactive?: boolean;
}

/** Arguments for `ssh`, before the host. */
export function sshArguments({ own, proxyCommand = "none", interactive = false }: SshOptions): string[] {
  const options = [...own, ...always, `BatchMode=${interactive ? "no" : "yes"}`, `ProxyCommand=${proxyCommand}`];
  return ["-F", "/dev/null", "-T", ...options.flatMap((option) => ["-o", option])];
}
