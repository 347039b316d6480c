import { request as httpRequest, type Agent, type IncomingHttpHeaders, type OutgoingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";

/** The target of a client's request. */
export interface Target {
  readonly address: string;
  readonly port: number;
  /** Sent as `Host`, and as SNI where there is TLS. */
  readonly hostname: string;
  /** The CA that must have signed the certificate for the hostname, PEM. Without it the client uses plain HTTP. */
  readonly ca?: string;
}

export interface Asking {
  /** @default "/" */
  readonly path?: string;
  /** @default "GET" */
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  /** Keeps connections. @default a separate connection for this request */
  readonly agent?: Agent;
  /** Milliseconds for all of it. @default 10000 */
  readonly timeout?: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request, and reads the whole response. @throws when it is not complete in time */
export function ask(target: Target, asking: Asking = {}): Promise<Answer> {
  const { address, port, hostname, ca } = target;
  const { path = "/", method = "GET", headers = {}, body, agent = false, timeout = 10_000 } = asking;
  const options = { host: address, port, path, method, agent, headers: { host: hostname, ...headers } };
  return new Promise((done, failed) => {
    const request =
      ca === undefined ? httpRequest(options) : httpsRequest({ ...options, servername: hostname, ca: [ca] });
    const limit = setTimeout(() => request.destroy(new Error(`no answer within ${timeout / 1000} s`)), timeout);
    const fail = (error: Error): void => {
      clearTimeout(limit);
      failed(error);
    };
    request.once("error", fail);
    request.once("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.once("error", fail);
      response.once("end", () => {
        clearTimeout(limit);
        done({ status: response.statusCode ?? 0, headers: response.headers, body: text });
      });
    });
    request.end(body);
  });
}

/** Sends a request. @throws unless the status is 200 */
export async function mustAnswer(target: Target, asking?: Asking): Promise<string> {
  const { status, body } = await ask(target, asking);
  if (status !== 200) throw new Error(`answered ${status}: ${body.slice(0, 80)}`);
  return body;
}
