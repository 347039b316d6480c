import { createHash, randomBytes } from "node:crypto";
import { type Answer, answerAsRancher, ledToHttps, type SeenRequest } from "../../fakes/rancher-answers.ts";
import { isPassword, type RancherData } from "./data.ts";
import type { Store } from "./store.ts";

/** A request with its credentials. */
export interface ServerRequest extends SeenRequest {
  readonly authorization?: string;
  readonly body: string;
}

/** Settings that Rancher shows to everyone. */
const publicSettings = ["cacerts", "first-login"];

const loginPaths = ["/v1-public/login", "/v3-public/localProviders/local"];

/** Answers like a server with data and users. Changes are stored before the response is returned. */
export function answersOf(options: {
  readonly store: Store<RancherData>;
  readonly cacerts: string;
  readonly unhealthy: boolean;
}): (request: ServerRequest) => Answer {
  const { store, cacerts, unhealthy } = options;
  const data = (): RancherData => store.state!;
  const setting = (name: string) => (name === "cacerts" ? cacerts : data().settings[name]);

  const signIn = (body: string): Answer => {
    const { username, password } = parsed(body);
    if (username !== "admin" || typeof password !== "string" || !isPassword(data(), password)) {
      return json(401, { type: "error", status: "401", code: "Unauthorized", message: "authentication failed" });
    }
    const token = `token-${randomBytes(3).toString("hex")}:${randomBytes(24).toString("hex")}`;
    store.keep({ ...data(), tokens: [...data().tokens, sumOf(token)].slice(-20) });
    return json(201, { type: "token", token });
  };

  const settings = (request: ServerRequest, name: string): Answer => {
    if (request.method === "PUT") {
      const { value } = parsed(request.body);
      if (typeof value !== "string") return json(422, { type: "error", code: "InvalidFormat" });
      store.keep({ ...data(), settings: { ...data().settings, [name]: value } });
    }
    const value = setting(name);
    if (value === undefined) return json(404, { type: "error", status: "404", code: "NotFound" });
    return json(200, { type: "setting", id: name, name, value });
  };

  return (request) => {
    const elsewhere = ledToHttps(request);
    if (elsewhere) return elsewhere;
    const { pathname } = new URL(request.url, "https://rancher");
    if (pathname === "/healthz" && unhealthy) return { status: 500, body: "[-]fake failed: reason withheld\n" };
    if (pathname === "/rancherversion") return json(200, { Version: data().version, RancherPrime: "false" });
    if (pathname === "/cacerts") return { status: 200, headers: { "content-type": "text/plain" }, body: cacerts };
    if (request.method === "POST" && loginPaths.includes(pathname)) return signIn(request.body);
    const [, name] = /^\/v3\/settings\/([a-z0-9-]+)$/.exec(pathname) ?? [];
    const signedIn = isSignedIn(data(), request.authorization);
    if (name !== undefined && (signedIn || (request.method === "GET" && publicSettings.includes(name)))) {
      return settings(request, name);
    }
    return answerAsRancher(request);
  };
}

/** Whether the header has a token of an earlier `signIn`: `Bearer token-ab12cd:...`. */
export function isSignedIn({ tokens }: RancherData, authorization: string | undefined): boolean {
  return tokens.includes(sumOf((authorization ?? "").replace(/^Bearer /i, "")));
}

/** Only the hashes of tokens are stored. */
function sumOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function json(status: number, content: object): Answer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(content) };
}
