/**
 * What holds for every `ssh` this program starts, whoever starts it. The stack file alone says how a host is reached:
 * a configuration of the user or the system may forward the agent to the host, run a command here, forward ports, or
 * send the connection elsewhere. `-F` keeps it out, and each dangerous option is switched off by name as well.
 * Ciphers, key exchange and MACs stay what the installed OpenSSH uses by default.
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
  /** Which host key counts, and which keys of ours: `StrictHostKeyChecking=yes`. */
  readonly own: readonly string[];
  /** Command whose standard streams are the connection. @default none, whatever a configuration says */
  readonly proxyCommand?: string;
  /** Whether somebody can answer a question, such as for a passphrase. @default false */
  readonly interactive?: boolean;
}

/** Arguments for `ssh`, in front of the host. */
export function sshArguments({ own, proxyCommand = "none", interactive = false }: SshOptions): string[] {
  const options = [...own, ...always, `BatchMode=${interactive ? "no" : "yes"}`, `ProxyCommand=${proxyCommand}`];
  return ["-F", "/dev/null", "-T", ...options.flatMap((option) => ["-o", option])];
}
