import type { Connection, Hop } from "./command-inputs.ts";

/** Why an attempt ended before the command was run. */
export interface DialFailure {
  /** The hop that failed; its limit of attempts applies. */
  readonly hop: "target" | "proxy";
  /** The message of the genuine provider (Go's net and x/crypto/ssh), if it is known. */
  readonly reason: string;
}

/**
 * Reads from ssh's logs why the command was not run. Undefined if the host accepted the connection: a later failure is
 * that of the command.
 */
export function dialFailure(connection: Connection, log: string, proxyLog: string): DialFailure | undefined {
  if (isLetIn(log)) return undefined;
  if (connection.proxy && !isLetIn(proxyLog)) {
    return { hop: "proxy", reason: goArguments(proxyLog, connection.proxy) };
  }
  const refusedByProxy = /channel \d+: open failed: connect failed: (.*)/.exec(proxyLog);
  if (refusedByProxy) return { hop: "target", reason: `ssh: rejected: connect failed (${refusedByProxy[1]})` };
  return { hop: "target", reason: goArguments(log, connection) };
}

/** Whether the session broke before the command had ended. */
export function isBrokenOff(log: string): boolean {
  return /closed by remote host|Connection reset|Broken pipe|Timeout, server .* not responding|Connection timed out/.test(
    log,
  );
}

function isLetIn(log: string): boolean {
  return /^Authenticated to /m.test(log);
}

function goArguments(log: string, hop: Hop): string {
  const target = `dial tcp ${hop.host.includes(":") ? `[${hop.host}]` : hop.host}:${hop.port}`;
  if (/Host key verification failed/.test(log)) return "ssh: handshake failed: ssh: host key mismatch";
  const algorithms = /no matching host key type found\. Their offer: (.*)/.exec(log);
  if (algorithms) {
    return `ssh: handshake failed: ssh: no common algorithm for host key; client offered: [${hop.hostKey?.split(" ")[0]}], server offered: [${algorithms[1]?.trim().replaceAll(",", " ")}]`;
  }
  if (/Permission denied \(/.test(log)) {
    return "ssh: handshake failed: ssh: unable to authenticate, attempted methods [none publickey], no supported methods remain";
  }
  if (/Could not resolve hostname/.test(log)) return `dial tcp: lookup ${hop.host}: no such host`;
  const connect = /connect to (?:host|address) .* port \d+: (.*)/.exec(log);
  if (connect) {
    const why = connect[1]?.trim() ?? "";
    return why === "Connection timed out" ? `${target}: i/o timeout` : `${target}: connect: ${why.toLowerCase()}`;
  }
  if (/timed out/.test(log)) return `${target}: i/o timeout`;
  if (/Connection (closed|reset) by/.test(log)) return "ssh: handshake failed: EOF";
  const last = log.trim().split("\n").at(-1);
  return `ssh: ${last ? last : "the client gave no reason"}`;
}
