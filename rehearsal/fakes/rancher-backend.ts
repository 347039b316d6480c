import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import type { SeenRequest } from "./rancher-answers.ts";

/** A request that the ingress forwards to Rancher. */
export interface Arrival {
  readonly request: IncomingMessage;
  readonly seen: SeenRequest;
  /** The X-Forwarded-* headers that replace the client's. */
  readonly forwarded: Readonly<Record<string, string>>;
  /** Response headers in which the rehearsal reports what it received. */
  readonly told: Readonly<Record<string, string>>;
}

/** The backend of a node's ingress: a fake Rancher, or the connection to a genuine one. */
export interface RancherBackend {
  answer(arrival: Arrival, response: ServerResponse): void;
  /** @param opened called when the connection is a websocket from now on. */
  upgrade(arrival: Arrival, socket: Duplex, head: Buffer, opened: () => void): void;
}

/** Status line and headers (alternating names and values) of a response, with the blank line, for a raw socket. */
export function answerHead(status: number, reason: string, headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} ${reason}`];
  for (let index = 0; index < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`);
  return [...lines, "", ""].join("\r\n");
}
