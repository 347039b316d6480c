import { createHash } from "node:crypto";
import type { Connection, Hop } from "./command-inputs.ts";

/**
 * TCP keepalive as Go's dialler sets it (15 s idle, 15 s apart, 9 probes), by which the genuine provider notices a
 * host that is gone. OpenSSH leaves TCP keepalive to the system, whose first probe comes after two hours.
 */
const keepalive = { interval: 15, count: 9 };

/** The name under which the pinned key stands in a known-hosts file of our own, whatever the host's address is. */
const pinnedAlias = "pinned";

/** Everything is relative to the private folder in which ssh is run, so that socket paths stay short. */
export interface SshFiles {
  /** Agent socket for the target and for the jump host; undefined where no agent is to be asked. */
  readonly agent?: string;
  readonly proxyAgent?: string;
  /** Where ssh writes what it has to say itself, so that stderr is the command's alone. */
  readonly log: string;
  readonly proxyLog: string;
}

/**
 * The command line of one run over SSH. It holds no key and no password: keys are in the agents. Environment
 * variables are named here and their values travel in ssh's own environment.
 */
export function sshArguments(
  connection: Connection,
  command: string,
  environment: readonly string[],
  files: SshFiles,
): string[] {
  const options = hopOptions(connection, files.agent, files.log);
  for (const name of environment) options.push("-o", `SendEnv=${name}`);
  if (connection.proxy) {
    const jump = ["ssh", ...hopOptions(connection.proxy, files.proxyAgent, files.proxyLog)];
    jump.push("-W", `[${connection.host}]:${connection.port}`, "--", connection.proxy.host);
    options.push("-o", `ProxyCommand=${jump.map(shellQuoted).join(" ").replaceAll("%", "%%")}`);
  }
  // "--" ends the options for good: without it ssh would look for more of them after the host.
  return [...options, "--", connection.host, command];
}

/** The file of the one line that pins this host key; none when nothing is verified. */
export function knownHosts(hop: Hop): { name: string; line: string } | undefined {
  if (hop.hostKey === undefined) return undefined;
  const key = hostKeyParts(hop.hostKey);
  const line = `${pinnedAlias} ${key.type} ${key.base64}\n`;
  return { name: `known-${createHash("sha256").update(line).digest("hex").slice(0, 16)}`, line };
}

function hopOptions(hop: Hop, agent: string | undefined, log: string): string[] {
  const options: string[] = ["-F", "/dev/null", "-E", log, "-T", "-l", hop.user, "-p", String(hop.port)];
  const set = (option: string) => options.push("-o", option);
  set("LogLevel=VERBOSE");
  set("BatchMode=yes");
  set("IdentityFile=none");
  set(`IdentityAgent=${agent ?? "none"}`);
  set("PreferredAuthentications=publickey");
  set("GlobalKnownHostsFile=/dev/null");
  set("UpdateHostKeys=no");
  const pinned = knownHosts(hop);
  if (pinned && hop.hostKey !== undefined) {
    set(`UserKnownHostsFile=${pinned.name}`);
    set("StrictHostKeyChecking=yes");
    set(`HostKeyAlias=${pinnedAlias}`);
    set(`HostKeyAlgorithms=${hostKeyParts(hop.hostKey).type}`);
  } else {
    set("UserKnownHostsFile=/dev/null");
    set("StrictHostKeyChecking=no");
  }
  if (hop.perDialTimeout > 0) set(`ConnectTimeout=${hop.perDialTimeout}`);
  set(`ServerAliveInterval=${keepalive.interval}`);
  set(`ServerAliveCountMax=${keepalive.count}`);
  return options;
}

function hostKeyParts(line: string): { type: string; base64: string } {
  const [type, base64] = line.trim().split(/\s+/);
  if (type === undefined || base64 === undefined || !/^[a-z0-9@.-]+$/.test(type) || !/^[A-Za-z0-9+/=]+$/.test(base64)) {
    throw new Error("failed to parse host key: ssh: no key found");
  }
  return { type, base64 };
}

function shellQuoted(word: string): string {
  return /^[\w@%+=:,./[\]-]+$/.test(word) && !word.includes("[") ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
