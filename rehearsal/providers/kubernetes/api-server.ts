import { Agent as HttpAgent, request as httpRequest } from "node:http";
import { Agent, request } from "node:https";
import type { JsonObject } from "../protocol/property-value.ts";
import type { ApiAccess } from "./provider-kubeconfig.ts";

/** An error response of the API server, with its message and reason. */
export class ApiError extends Error {
  readonly code: number;
  /** e.g. `AlreadyExists`, `NotFound`; see metav1.StatusReason. */
  readonly reason: string;
  constructor(message: string, code: number, reason: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }
}

/** A resource type that the API server serves. */
export interface Served {
  readonly plural: string;
  readonly namespaced: boolean;
}

const requestLimitMs = 32_000;

/** A client of one API server, which keeps its connections open. */
export class ApiServer {
  readonly #access: ApiAccess;
  readonly #agent: Agent | HttpAgent;
  readonly #served = new Map<string, Promise<ReadonlyMap<string, Served>>>();

  constructor(access: ApiAccess) {
    this.#access = access;
    this.#agent = access.server.startsWith("https:")
      ? new Agent({
          keepAlive: true,
          rejectUnauthorized: !access.insecure,
          ...(access.ca === undefined ? {} : { ca: access.ca }),
          ...(access.serverName === undefined ? {} : { servername: access.serverName }),
          ...(access.clientCertificate === undefined ? {} : { cert: access.clientCertificate }),
          ...(access.clientKey === undefined ? {} : { key: access.clientKey }),
        })
      : new HttpAgent({ keepAlive: true });
  }

  /** Sends a request. @throws ApiError for any response other than a success */
  async call(method: string, path: string, body?: object, contentType = "application/json"): Promise<JsonObject> {
    const { status, text } = await this.#send(
      method,
      path,
      body === undefined ? undefined : JSON.stringify(body),
      contentType,
    );
    const isJson = text.trimStart().startsWith("{");
    const answer = isJson ? (JSON.parse(text) as JsonObject) : {};
    if (status >= 200 && status < 300) return answer;
    const message = typeof answer["message"] === "string" ? answer["message"] : text.trim() || `HTTP status ${status}`;
    const reason = typeof answer["reason"] === "string" ? answer["reason"] : status === 404 ? "NotFound" : "Unknown";
    throw new ApiError(message, status, reason);
  }

  /** The resource type of a kind; undefined if the server does not serve it (yet). */
  async served(apiVersion: string, kind: string): Promise<Served | undefined> {
    const known = (await this.#kinds(apiVersion)).get(kind);
    if (known) return known;
    // A CRD may have been created since the last request.
    this.#served.delete(apiVersion);
    return (await this.#kinds(apiVersion)).get(kind);
  }

  #kinds(apiVersion: string): Promise<ReadonlyMap<string, Served>> {
    const known = this.#served.get(apiVersion) ?? this.#discover(apiVersion);
    this.#served.set(apiVersion, known);
    known.catch(() => this.#served.delete(apiVersion));
    return known;
  }

  async #discover(apiVersion: string): Promise<ReadonlyMap<string, Served>> {
    try {
      const list = await this.call("GET", groupPath(apiVersion));
      const resources = (list["resources"] ?? []) as unknown as { name: string; kind: string; namespaced: boolean }[];
      const whole = resources.filter(({ name }) => !name.includes("/"));
      return new Map(whole.map(({ name, kind, namespaced }) => [kind, { plural: name, namespaced }]));
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return new Map();
      throw error;
    }
  }

  #send(
    method: string,
    path: string,
    body: string | undefined,
    contentType: string,
  ): Promise<{ status: number; text: string }> {
    const url = new URL(this.#access.server + path);
    const { token, basic } = this.#access;
    const authorization = token
      ? `Bearer ${token}`
      : basic && `Basic ${Buffer.from(`${basic.username}:${basic.password}`).toString("base64")}`;
    return new Promise((resolve, reject) => {
      const send = url.protocol === "https:" ? request : httpRequest;
      const outgoing = send(url, {
        method,
        agent: this.#agent,
        timeout: requestLimitMs,
        headers: {
          accept: "application/json",
          ...(body === undefined ? {} : { "content-type": contentType, "content-length": Buffer.byteLength(body) }),
          ...(authorization === undefined ? {} : { authorization }),
        },
      });
      outgoing.on("timeout", () => outgoing.destroy(new Error("context deadline exceeded")));
      outgoing.on("error", (error) =>
        reject(new Error(`${method[0]}${method.slice(1).toLowerCase()} "${url.href}": ${error.message}`)),
      );
      outgoing.on("response", (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () =>
          resolve({ status: answer.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
        );
      });
      outgoing.end(body);
    });
  }
}

/** The path of a group and version; that of the core group differs. */
export function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
