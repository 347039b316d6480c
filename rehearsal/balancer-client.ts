import type { ClientRequest, IncomingHttpHeaders } from "node:http";
import { request as httpsRequest, type RequestOptions } from "node:https";

/** The load balancer that requests for the stack's hostname go to. */
export interface BalancerAddress {
  readonly hostname: string;
  /** Address of the load balancer. */
  readonly address: string;
  /** @default 80 and 443 */
  readonly ports?: { readonly http: number; readonly https: number };
  /** The CA that must have signed the hostname's certificate, PEM. */
  readonly caCertificate: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Timeout of a request, in milliseconds. */
export const timeout = 10_000;

/** Opens a request on a new connection, because a kept one would reach the same node again. The caller ends it. */
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

/** Sends a GET request and reads the response. */
export function get(target: BalancerAddress, path: string): Promise<Answer> {
  return answerOf(ask(target, path));
}

/** Sends JSON in a POST request and reads the response. */
export function post(target: BalancerAddress, path: string, content: object): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return answerOf(ask(target, path, { method: "POST", headers }), JSON.stringify(content));
}

/** Ends the request and reads the response. */
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
