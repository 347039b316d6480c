import type { IncomingMessage, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";

import type { SeenRequest } from "./rancher-answers.ts";

/** A request for Rancher that has come through the ingress. */
export interface Arrival {
  readonly request: IncomingMessage;
  readonly seen: SeenRequest;
  /** The X-Forwarded-* headers a controller hands on, in place of those the client sent. */
  readonly forwarded: Readonly<Record<string, string>>;
  /** Headers by which a rehearsal tells what it saw; they go onto every answer. */
  readonly told: Readonly<Record<string, string>>;
}

/** What stands behind the ingress on one node: the played Rancher, or the way to a genuine one. */
export interface RancherBackend {
  answer(arrival: Arrival, response: ServerResponse): void;
  /** @param opened called when the connection is a websocket from now on. */
  upgrade(arrival: Arrival, socket: Duplex, head: Buffer, opened: () => void): void;
}

/** The first part of an answer written onto a bare socket, blank line included. Names and values in turn. */
export function answerHead(status: number, reason: string, headers: readonly string[]): string {
  const lines = [`HTTP/1.1 ${status} ${reason}`];
  for (let index = 0; index < headers.length; index += 2) lines.push(`${headers[index]}: ${headers[index + 1]}`);
  return [...lines, "", ""].join("\r\n");
}
