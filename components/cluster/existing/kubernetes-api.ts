import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { HttpsProxyAgent } from "https-proxy-agent";
import type { ClusterAccess } from "./kubeconfig.ts";

/** Milliseconds between two attempts, if the server does not send Retry-After. */
const defaultPause = 500;

/** Statuses of an API server that is overloaded or starting. */
const temporaryStatuses: readonly number[] = [429, 500, 502, 503, 504];

/** An unsuccessful answer of the API server. */
export class KubernetesApiError extends Error {
  readonly status: number;
  /** Milliseconds to wait before the next attempt. */
  readonly retryAfter: number;
  constructor(status: number, path: string, retryAfter = defaultPause) {
    super(`${path} was answered with ${status}`);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/** Milliseconds for one answer of an API server. */
export const answerTime = 10_000;

/** An answer that no Kubernetes API server would give. */
export class InvalidAnswer extends Error {
  readonly path: string;
  constructor(path: string) {
    super(`${path} was answered with something that is not a Kubernetes response`);
    this.path = path;
  }
}

/** Requests only metadata where nothing else is used, because a cluster can have thousands of objects. */
export const metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/**
 * Reads from a Kubernetes API, only with GET. Changes go through Pulumi's provider.
 *
 * Does not use the official client, because loading it at every preview takes longer than the rest of this program.
 */
export function getFrom(access: ClusterAccess, signal: AbortSignal) {
  const { server, authorization, proxy, ...tls } = access;
  const agent = proxy === undefined ? undefined : new HttpsProxyAgent(proxy);
  const once = <T>(path: string, accept: string): Promise<T> =>
    new Promise((done, failed) => {
      const url = new URL(`${server.replace(/\/$/, "")}${path}`);
      const request = (url.protocol === "http:" ? httpRequest : httpsRequest)(
        url,
        { ...tls, agent, signal, headers: { accept, ...(authorization !== undefined && { authorization }) } },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on("data", (part: Buffer) => parts.push(part));
          answer.once("error", failed);
          answer.once("end", () => {
            const { statusCode = 0 } = answer;
            if (statusCode !== 200)
              return failed(new KubernetesApiError(statusCode, path, pauseOf(answer.headers["retry-after"])));
            try {
              return done(JSON.parse(Buffer.concat(parts).toString()) as T);
            } catch {
              return failed(new InvalidAnswer(path));
            }
          });
        },
      );
      request.once("error", failed);
      request.end();
    });
  return async <T>(path: string, accept = "application/json"): Promise<T> => {
    for (;;) {
      try {
        return await once<T>(path, accept);
      } catch (error) {
        if (!(error instanceof KubernetesApiError) || !isTemporary(error)) throw error;
        try {
          await sleep(error.retryAfter, undefined, { signal });
        } catch {
          throw error; // The time is over, and the server's last answer is more specific than a timeout.
        }
      }
    }
  };
}

export function isTemporary({ status }: KubernetesApiError): boolean {
  return temporaryStatuses.includes(status);
}

/** https://www.rfc-editor.org/rfc/rfc9110#field.retry-after, in seconds; API servers send no dates. */
function pauseOf(retryAfter: string | undefined): number {
  return retryAfter !== undefined && /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : defaultPause;
}
