import { WebSocketServer } from "ws";

import { type Answer, answerAsRancher, ledToHttps, websocketPath } from "./rancher-answers.ts";
import { answerHead, type RancherBackend } from "./rancher-backend.ts";

/** Answers as a Rancher does to someone who has not signed in, and echoes on the agents' websocket. */
export function playRancher(): RancherBackend {
  const sockets = new WebSocketServer({ noServer: true });
  return {
    answer: ({ seen, told }, response) => {
      const { status, headers, body } = answerAsRancher(seen);
      response.writeHead(status, { ...headers, ...told, "content-length": Buffer.byteLength(body) }).end(body);
    },
    upgrade: ({ request, seen, told }, socket, head, opened) => {
      const isOpen = !ledToHttps(seen) && new URL(seen.url, "https://rancher").pathname === websocketPath;
      if (!isOpen) return void socket.end(refusal(answerAsRancher(seen), told));
      sockets.once("headers", (headers: string[]) => {
        for (const [name, value] of Object.entries(told)) headers.push(`${name}: ${value}`);
      });
      sockets.handleUpgrade(request, socket, head, (client) => {
        opened();
        client.on("message", (data, isBinary) => client.send(data, { binary: isBinary }));
        client.on("error", () => client.terminate());
      });
    },
    close: () => {
      for (const client of sockets.clients) client.terminate();
    },
  };
}

/** A whole answer to someone who wanted a websocket. */
export function refusal({ status, headers = {}, body }: Answer, told: Readonly<Record<string, string>>): string {
  const length = String(Buffer.byteLength(body));
  const all = { ...headers, ...told, connection: "close", "content-length": length };
  return answerHead(status, "Refused", Object.entries(all).flat()) + body;
}
