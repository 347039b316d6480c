import { whenAll } from "../nginx-block.ts";
import type { Lines } from "../nginx-block.ts";
import type { NginxOptions } from "./nginx-options.ts";

/** Detects a client that disappeared without closing its connection after three minutes. */
const keepalive = "so_keepalive=60s:15s:8";
/**
 * Agents of hundreds of clusters reconnect at the same time after a failure; nginx's default of 511 would refuse some.
 */
const backlog = "backlog=4096";

/** `listen` directives of a layer 4 server. */
export function listenForTcp(port: number, options: NginxOptions): Lines {
  return addresses(port, options).map((address) => `listen ${address} ${backlog} ${keepalive};`);
}

/** Whether a server is its port's default server, which sets the socket options. */
type Role = "default" | "named";

/** `listen` directives of a server for plain HTTP. */
export function listenForHttp(port: number, role: Role, options: NginxOptions): Lines {
  return addresses(port, options).map((address) => `listen ${address}${socketOptions(role)};`);
}

/** `listen` directives of a server for HTTPS. */
export function listenForHttps(port: number, role: Role, options: NginxOptions): Lines {
  const listens = (protocols: string): Lines =>
    addresses(port, options).map((address) => `listen ${address} ${protocols}${socketOptions(role)};`);
  if (!options.http2) return listens("ssl");
  return [...whenAll(["nginx<1.25.1"], listens("ssl http2")), ...whenAll(["nginx>=1.25.1"], listens("ssl"))];
}

/** Enables HTTP/2 for all servers, in the syntax of newer builds. */
export function renderHttp2(options: NginxOptions): Lines {
  return options.http2 ? whenAll(["nginx>=1.25.1"], ["http2 on;"]) : [];
}

function addresses(port: number, options: NginxOptions): Lines {
  return [`${port}`, ...(options.ipv6 ? [`[::]:${port}`] : [])];
}

function socketOptions(role: Role): string {
  return role === "default" ? ` default_server ${backlog} ${keepalive}` : "";
}
