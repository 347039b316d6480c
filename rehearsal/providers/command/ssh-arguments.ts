import { createHash } from "node:crypto";
import type { Connection, Hop } from "./command-inputs.ts";

/**
 * TCP keepalive as set by Go's dialler (15 s idle, 15 s interval, 9 probes), with which the genuine provider detects a
 * lost host. OpenSSH uses the system's settings, with a first probe after two hours.
 */
const keepalive = { interval: 15, count: 9 };

/** The host's name in the fake's known-hosts file, whatever its address is. */
const pinnedAlias = "pinned";

/** Paths are relative to the private folder in which ssh runs, because socket paths must be short. */
export interface SshFiles {
  /** Agent sockets for the target and the jump host; undefined if no agent is used. */
  readonly agent?: string;
  readonly proxyAgent?: string;
  /** File of ssh's log, so that stderr has only the command's output. */
  readonly log: string;
  readonly proxyLog: string;
}

/**
 * The command line of one run over SSH. It has no key and no password: keys are in the agents. It has the names of
 * environment variables; their values are in the environment of ssh.
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
  // Without "--", ssh would parse options after the host too.
  return [...options, "--", connection.host, command];
}

/** Name and only line of the known-hosts file for this host key; undefined if the host is not verified. */
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
