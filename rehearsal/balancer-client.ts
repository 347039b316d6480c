import type { ClientRequest, IncomingHttpHeaders } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";

/** Where HTTPS is asked for the stack's hostname. */
export interface BalancerAddress {
  readonly hostname: string;
  /** Where the load balancer answers. */
  readonly address: string;
  /** @default 80 and 443 */
  readonly ports?: { readonly http: number; readonly https: number };
  /** The CA that must have signed what is shown for the hostname, PEM. */
  readonly caCertificate: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Milliseconds until an answer counts as missing. */
export const timeout = 10_000;

/** A request for the hostname on a connection of its own: a kept one would meet the same node again. Not ended yet. */
export function ask(target: BalancerAddress, path: string, options: RequestOptions = {}): ClientRequest {
  const { hostname, address, caCertificate, ports } = target;
  const headers = { host: hostname, ...(options.headers as Record<string, string> | undefined) };
  const request = httpsRequest({
    ...options,
    ...{
      host: address,
      port: ports?.https ?? 443,
      servername: hostname,
      ca: caCertificate,
      path,
      agent: false,
      headers,
    },
  });
  request.setTimeout(timeout, () => request.destroy(new Error(`no answer within ${timeout / 1000} s`)));
  return request;
}

/** Asks and reads the whole answer. */
export function get(target: BalancerAddress, path: string): Promise<Answer> {
  return answerOf(ask(target, path));
}

/** Sends JSON and reads the whole answer. */
export function post(target: BalancerAddress, path: string, content: object): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return answerOf(ask(target, path, { method: "POST", headers }), JSON.stringify(content));
}

/** Sends what was asked, and reads the whole answer. */
export function answerOf(request: ClientRequest, content?: string): Promise<Answer> {
  return new Promise((done, failed) => {
    request.once("response", (answer) => {
      let body = "";
      answer.on("data", (data: Buffer) => (body += data.toString()));
      answer.once("error", failed);
      answer.once("end", () => done({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    request.once("error", failed);
    request.end(content);
  });
}
