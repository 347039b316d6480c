import { Agent, request, type IncomingHttpHeaders } from "node:http";
import { dialOf, stdioHost, type Dial } from "./dial.ts";

/** Newest API version that the genuine provider's client supports: docker v28.5.2. */
const newestVersion = "1.51";
/** API version for an engine that does not report one; from the same client. */
const oldestVersion = "1.24";

/** The engine rejected a request. */
export class EngineRefusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(`Error response from daemon: ${message.trim()}`);
    this.status = status;
  }
}

export interface Question {
  readonly query?: { readonly [name: string]: string };
  /** Bytes are sent as a tar file, everything else as JSON. */
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** An engine's HTTP API, in the newest version that both sides support. */
export class EngineClient {
  readonly #host: string;
  readonly #authority: string;
  readonly #agent: Agent;
  #version: Promise<string> | undefined;

  constructor(host: string, sshOpts: readonly string[]) {
    const dial: Dial = dialOf(host, sshOpts);
    this.#host = host;
    this.#authority = host.startsWith("ssh://") ? stdioHost : "localhost";
    // Connections are kept open, because over SSH each one needs a handshake.
    this.#agent = new Agent({ keepAlive: true });
    Object.assign(this.#agent, { createConnection: dial });
  }

  /** The newest version that both sides support. @throws if the engine does not answer */
  version(): Promise<string> {
    this.#version ??= this.ping().catch((error: unknown) => {
      this.#version = undefined;
      throw error;
    });
    return this.#version;
  }

  /** Checks that the engine answers. Returns the newest version that both sides support. */
  async ping(): Promise<string> {
    const { status, headers, text } = await this.#send("HEAD", "/_ping", {});
    if (status >= 400) throw refusal(status, headers, text);
    const theirs = String(headers["api-version"] ?? oldestVersion);
    return isOlder(theirs, newestVersion) ? theirs : newestVersion;
  }

  /** The JSON of the response; undefined if it is empty. @throws EngineRefusal */
  async ask<Answer>(method: string, path: string, question: Question = {}): Promise<Answer> {
    const { status, headers, text } = await this.#send(method, `/v${await this.version()}${path}`, question);
    if (status >= 400) throw refusal(status, headers, text);
    return (text === "" ? undefined : JSON.parse(text)) as Answer;
  }

  /** The lines of a response with one event per line, as for a pull. */
  async lines(method: string, path: string, question: Question = {}): Promise<string[]> {
    const { status, headers, text } = await this.#send(method, `/v${await this.version()}${path}`, question);
    if (status >= 400) throw refusal(status, headers, text);
    return text.split("\n").filter((line) => line.trim() !== "");
  }

  #send(method: string, path: string, { query = {}, body, headers = {} }: Question): Promise<Answer> {
    const search = new URLSearchParams(query).toString();
    const isTar = Buffer.isBuffer(body);
    const payload = isTar || body === undefined ? body : JSON.stringify(body);
    const type = isTar ? "application/x-tar" : "application/json";
    return new Promise((resolve, reject) => {
      const sent = request({
        agent: this.#agent,
        method,
        host: this.#authority,
        path: search === "" ? path : `${path}?${search}`,
        headers: { ...headers, ...(payload !== undefined && { "Content-Type": type }) },
      });
      sent.once("error", (error: NodeJS.ErrnoException) => reject(this.#unreached(method, path, error)));
      sent.once("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (part: string) => (text += part));
        response.once("error", (error) => reject(this.#unreached(method, path, error)));
        response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      sent.end(payload);
    });
  }

  #unreached(method: string, path: string, error: NodeJS.ErrnoException): Error {
    if (this.#host.startsWith("unix://")) {
      return error.code === "EACCES"
        ? new Error(`permission denied while trying to connect to the Docker daemon socket at ${this.#host}`)
        : new Error(`Cannot connect to the Docker daemon at ${this.#host}. Is the docker daemon running?`);
    }
    const verb = `${method[0]}${method.slice(1).toLowerCase()}`;
    return new Error(`error during connect: ${verb} "http://${this.#authority}${path}": ${error.message}`);
  }
}

/** Whether version `one` (`1.41`) is older than the other. */
export function isOlder(one: string, other: string): boolean {
  const [[major = 0, minor = 0], [otherMajor = 0, otherMinor = 0]] = [one, other].map((text) =>
    text.split(".").map(Number),
  ) as [number[], number[]];
  return major !== otherMajor ? major < otherMajor : minor < otherMinor;
}

function refusal(status: number, headers: IncomingHttpHeaders, text: string): EngineRefusal {
  if (!String(headers["content-type"] ?? "").startsWith("application/json")) return new EngineRefusal(status, text);
  return new EngineRefusal(status, (JSON.parse(text) as { message?: string }).message ?? text);
}
