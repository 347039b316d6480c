import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { HttpsProxyAgent } from "https-proxy-agent";
import type { ClusterAccess } from "./kubeconfig.ts";

/** An answer of the API server other than success. */
export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, path: string) {
    super(`${path} was answered with ${status}`);
    this.status = status;
  }
}

/** Asks for names and labels only, where nothing else is looked at: a cluster can have thousands of objects. */
export const metadataOnly = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/**
 * Reads from a Kubernetes API. Only ever a GET: what changes a cluster goes through Pulumi's provider.
 *
 * Not the official client, because loading it takes longer than the rest of this program together, at every preview.
 */
export function getFrom(access: ClusterAccess, signal: AbortSignal) {
  const { server, authorization, proxy, ...tls } = access;
  const agent = proxy === undefined ? undefined : new HttpsProxyAgent(proxy);
  return <T>(path: string, accept = "application/json"): Promise<T> =>
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
            if (statusCode !== 200) return failed(new ApiError(statusCode, path));
            try {
              return done(JSON.parse(Buffer.concat(parts).toString()) as T);
            } catch {
              return failed(new Error(`${path} was answered with something that is not JSON`));
            }
          });
        },
      );
      request.once("error", failed);
      request.end();
    });
}
