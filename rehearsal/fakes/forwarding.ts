import { type ClientRequest, type IncomingMessage, request as httpRequest } from "node:http";
import { pipeline } from "node:stream";

import { isForwardedHeader } from "./forwarded-headers.ts";
import { refusal } from "./fake-rancher.ts";
import type { Answer } from "./rancher-answers.ts";
import { answerHead, type Arrival, type RancherBackend } from "./rancher-backend.ts";

/** Hop-by-hop headers, which a proxy does not forward. @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const hopByHop = new Set([
  ...["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"],
  // Node has already answered with "100 Continue".
  "expect",
]);

/** The response of ingress controllers when the pod does not answer. */
const badGateway: Answer = { status: 502, body: "Bad Gateway: the Rancher server does not answer\n" };

/** `pipeline` requires a callback; it has already closed both ends. */
const whenOver = () => {};

/**
 * Forwards every request to the Rancher server behind a unix socket, like an ingress controller. Bodies are streamed
 * both ways. When the client or the server disconnects, the other connection is closed too. Each request opens a new
 * connection, so that a restarted server is reached.
 */
export function forwardTo(socketPath: string): RancherBackend {
  const ask = ({ request, forwarded }: Arrival, connection: readonly string[]): ClientRequest =>
    httpRequest({
      socketPath,
      agent: false,
      method: request.method ?? "GET",
      path: request.url ?? "/",
      headers: [
        ...endToEnd(request, (name) => !isForwardedHeader(name)),
        ...Object.entries(forwarded).flat(),
        ...connection,
      ],
    });

  return {
    answer: (arrival, response) => {
      const { request, told } = arrival;
      const isChunked = request.headers["transfer-encoding"] !== undefined;
      const asked = ask(arrival, ["Connection", "close", ...(isChunked ? ["Transfer-Encoding", "chunked"] : [])]);
      asked.once("response", (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.statusMessage, [
          ...endToEnd(answer),
          ...Object.entries(told).flat(),
        ]);
        pipeline(answer, response, whenOver);
      });
      asked.on("error", () => {
        if (response.headersSent || response.destroyed) return;
        const { status, body } = badGateway;
        response.writeHead(status, { ...told, "content-length": Buffer.byteLength(body) }).end(body);
      });
      // Not pipeline: it would end the client's connection with a server that answers before it has read everything.
      request.pipe(asked);
      asked.once("close", () => {
        request.unpipe(asked);
        request.resume();
      });
      response.once("close", () => {
        if (!response.writableFinished) asked.destroy();
      });
    },

    upgrade: (arrival, socket, head, opened) => {
      const { request, told } = arrival;
      const asked = ask(arrival, ["Connection", "Upgrade", "Upgrade", request.headers.upgrade ?? "websocket"]);
      let isAnswered = false;
      asked.once("upgrade", (answer, server, serverHead) => {
        isAnswered = true;
        opened();
        const kept = ["Connection", "Upgrade", "Upgrade", answer.headers.upgrade ?? "websocket"];
        const headers = [...endToEnd(answer), ...kept, ...Object.entries(told).flat()];
        socket.write(answerHead(101, "Switching Protocols", headers));
        socket.write(serverHead);
        server.write(head);
        pipeline(socket, server, whenOver);
        pipeline(server, socket, whenOver);
      });
      asked.once("response", (answer) => {
        isAnswered = true;
        const headers = [...endToEnd(answer), "Connection", "close", ...Object.entries(told).flat()];
        socket.write(answerHead(answer.statusCode ?? 502, answer.statusMessage ?? "", headers));
        pipeline(answer, socket, whenOver);
      });
      asked.on("error", () => {
        if (!isAnswered) socket.end(refusal(badGateway, told));
      });
      socket.once("close", () => {
        if (!isAnswered) asked.destroy();
      });
      asked.end();
    },
  };
}

/** Alternating names and values, without hop-by-hop headers. */
function endToEnd({ rawHeaders, headers }: IncomingMessage, keep: (name: string) => boolean = () => true): string[] {
  const named = (headers.connection ?? "").toLowerCase().split(/\s*,\s*/);
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    const lower = name.toLowerCase();
    if (!hopByHop.has(lower) && !named.includes(lower) && keep(lower)) kept.push(name, rawHeaders[index + 1] ?? "");
  }
  return kept;
}
