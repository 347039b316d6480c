import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { isIPv4 } from "node:net";
import { HttpsProxyAgent } from "https-proxy-agent";

/** Downloads a file. The result of `downloader`. */
export type Download = (url: URL, wanted: Wanted) => Promise<Buffer>;

export interface Wanted {
  /** Maximum size in bytes. */
  readonly limit: number;
  /** Header `Authorization`; not sent after a redirect to another origin. */
  readonly authorization?: string | undefined;
  readonly accept?: string;
}

export interface DownloaderOptions {
  /** URL of the proxy to ask for an address, or an empty text. */
  readonly proxyFor: (url: string) => string;
  /** Ends every request. */
  readonly signal: AbortSignal;
}

/** An unsuccessful answer. */
export class UnexpectedStatus extends Error {
  readonly status: number;
  /** Header `WWW-Authenticate`: how to authenticate. */
  readonly challenge: string;
  constructor(url: URL, status: number, challenge = "") {
    super(`${url.host} answered HTTP ${status}${hints[status] ?? ""}`);
    this.status = status;
    this.challenge = challenge;
  }
}

const hints: Readonly<Record<number, string>> = {
  401: " (it requires credentials, or other ones)",
  403: " (it requires credentials, or other ones)",
  407: " (the proxy requires credentials)",
};

const mostRedirects = 5;

/**
 * Downloads files over HTTP(S). Its errors name hosts, never paths or credentials: a redirect's path may be a secret.
 */
export function downloader({ proxyFor, signal }: DownloaderOptions): Download {
  const get = (url: URL, wanted: Wanted, redirects: number): Promise<Buffer> =>
    new Promise((done, failed) => {
      const { accept, authorization } = wanted;
      const headers = { "user-agent": "rancher", accept: accept ?? "*/*", ...(authorization && { authorization }) };
      const fail = (error: Error) => failed(described(error, url));
      const request = (url.protocol === "http:" ? httpRequest : httpsRequest)(
        url,
        { agent: agentFor(url, proxyFor), signal, headers },
        (answer) => {
          const { statusCode = 0, headers } = answer;
          if (statusCode === 200) return void bodyOf(answer, url, wanted.limit).then(done, fail);
          answer.destroy();
          const target = redirectOf(answer, url);
          if (target === undefined) return failed(new UnexpectedStatus(url, statusCode, headers["www-authenticate"]));
          if (redirects === mostRedirects) return failed(new Error(`${url.host} redirects too many times`));
          const kept = target.origin === url.origin ? wanted : { ...wanted, authorization: undefined };
          return void get(target, kept, redirects + 1).then(done, failed);
        },
      );
      request.once("error", fail);
      request.end();
    });
  return async (url, wanted) => get(url, wanted, 0);
}

/** The target of a redirect, unless it downgrades to plain HTTP. */
function redirectOf({ statusCode = 0, headers: { location } }: IncomingMessage, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(statusCode)) return undefined;
  if (location === undefined || !URL.canParse(location, from.href)) return undefined;
  const target = new URL(location, from);
  return target.protocol === "https:" || (target.protocol === "http:" && from.protocol === "http:")
    ? target
    : undefined;
}

async function bodyOf(answer: IncomingMessage, { host }: URL, limit: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > limit) throw new Error(`${host} answered with more than ${limit / 2 ** 20} MiB`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function agentFor(url: URL, proxyFor: DownloaderOptions["proxyFor"]): HttpsProxyAgent<string> | undefined {
  const proxy = isLoopback(url) ? "" : proxyFor(url.href);
  if (proxy === "") return undefined;
  if (!/^https?:\/\//i.test(proxy) || !URL.canParse(proxy))
    throw new Error("the proxy in the environment is not an http:// or https:// URL");
  return new HttpsProxyAgent(proxy);
}

/** Loopback addresses never use a proxy, as in Helm: https://pkg.go.dev/net/http#ProxyFromEnvironment. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || (isIPv4(hostname) && hostname.startsWith("127."));
}

const trustCodes = /CERT|SELF_SIGNED|UNABLE_TO/;

function described(error: Error, { host }: URL): Error {
  const { name, code } = error as NodeJS.ErrnoException;
  if (name === "AbortError" || name === "TimeoutError") return new Error(`${host} did not answer in time`);
  if (code === undefined) return error;
  if (trustCodes.test(code))
    return new Error(`the certificate of ${host} is not trusted (${code}; set NODE_EXTRA_CA_CERTS for a private CA)`);
  return new Error(`${host} could not be reached (${code})`);
}
