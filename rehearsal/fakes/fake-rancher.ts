import type { IncomingMessage } from "node:http";

import { WebSocketServer } from "ws";

import { type Answer, answerAsRancher, ledToHttps, websocketPath } from "./rancher-answers.ts";
import { answerHead, type Arrival, type RancherBackend } from "./rancher-backend.ts";

/** Answers like Rancher without a session, and echoes on the agents' websocket. */
export function playRancher(): RancherBackend {
  const sockets = new WebSocketServer({ noServer: true });
  const toldTo = new WeakMap<IncomingMessage, Arrival["told"]>();
  sockets.on("headers", (headers, request) => {
    for (const [name, value] of Object.entries(toldTo.get(request) ?? {})) headers.push(`${name}: ${value}`);
  });
  return {
    answer: ({ seen, told }, response) => {
      const { status, headers, body } = answerAsRancher(seen);
      response.writeHead(status, { ...headers, ...told, "content-length": Buffer.byteLength(body) }).end(body);
    },
    upgrade: ({ request, seen, told }, socket, head, opened) => {
      const isOpen = !ledToHttps(seen) && new URL(seen.url, "https://rancher").pathname === websocketPath;
      if (!isOpen) return void socket.end(refusal(answerAsRancher(seen), told));
      toldTo.set(request, told);
      sockets.handleUpgrade(request, socket, head, (client) => {
        opened();
        client.on("message", (data, isBinary) => client.send(data, { binary: isBinary }));
        client.on("error", () => client.terminate());
      });
    },
  };
}

/** A complete response that refuses a websocket. */
export function refusal({ status, headers = {}, body }: Answer, told: Readonly<Record<string, string>>): string {
  const length = String(Buffer.byteLength(body));
  const all = { ...headers, ...told, connection: "close", "content-length": length };
  return answerHead(status, "Refused", Object.entries(all).flat()) + body;
}
