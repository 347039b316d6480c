import { request as httpRequest } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { randomBytes } from "node:crypto";
import { answerOf, ask, type BalancerAddress, get, timeout } from "./balancer-client.ts";
import { openSession, type Session } from "./genuine-rancher/session.ts";

/** The result of one check. */
export interface CheckResult {
  readonly name: string;
  readonly passed: boolean;
  /** Short description of what was observed. */
  readonly seen: string;
}

export interface CheckTarget extends BalancerAddress {
  /** Nodes that must each answer once; empty without a cluster. */
  readonly nodes: readonly string[];
  /** Further sites behind the same balancer. Nodes of the cluster answer as their upstreams. @default none */
  readonly sites?: readonly { readonly name: string; readonly hostname: string }[];
  /** The client address that Rancher must see. @default not checked, for a balancer that does not forward it */
  readonly clientAddress?: string;
  /** First password of `admin`. @default sign-in is not checked, because the fake ingress controller has no users */
  readonly bootstrapPassword?: string;
}

/** Number of requests per node within which every node must have answered. */
const requestsPerNode = 10;

/** Header in which the fake ingress controller names its node. */
const nodeHeader = "x-rehearsal-node";
/** Header in which it repeats the client address that it forwards to Rancher. */
const clientHeader = "x-rehearsal-client";

/** Checks the load balancer as a browser, an agent and an administrator would use it. */
export async function checkThroughBalancer(target: CheckTarget): Promise<CheckResult[]> {
  const session = target.bootstrapPassword === undefined ? undefined : openSession(target, target.bootstrapPassword);
  // The checks below await the session and report its failure.
  session?.catch(() => {});
  const results = [
    await check("HTTPS answers with the expected certificate", () => answersOverHttps(target)),
    await check("a page does not redirect forever", () => leadsSomewhere(target)),
    await check("another host name does not get the stack's certificate", () => foreignName(target)),
    await check("HTTP leads to HTTPS", () => redirects(target)),
    ...(session ? [await check("signing in with the bootstrap password works", async () => (await session).seen)] : []),
    await check("a websocket opens", async () => opensWebsocket(target, await session)),
    ...(target.nodes.length === 0 ? [] : [await check("every node is reached", () => reachesEveryNode(target))]),
    ...(target.clientAddress === undefined
      ? []
      : [
          await check("Rancher sees the client's address", () =>
            forwardsClientAddress(target, target.clientAddress ?? ""),
          ),
        ]),
  ];
  for (const site of target.sites ?? []) {
    results.push(await check(`site ${site.name} answers`, () => answersAs(site, target)));
  }
  return results;
}

/**
 * Repeats the checks until all pass, for at most two minutes. After `up`, certificates are still being issued and
 * controllers are still loading them, as in a real cluster.
 */
export async function lastChecksThroughBalancer(target: CheckTarget): Promise<CheckResult[]> {
  for (const until = Date.now() + 120_000; ; await sleep(50)) {
    const results = await checkThroughBalancer(target);
    if (results.every(({ passed }) => passed) || Date.now() > until) return results;
  }
}

/** Runs one check. An error becomes a failed result. */
export async function check(name: string, observe: () => Promise<string>): Promise<CheckResult> {
  try {
    return { name, passed: true, seen: await observe() };
  } catch (error) {
    return { name, passed: false, seen: (error as Error).message };
  }
}

async function answersOverHttps(target: CheckTarget): Promise<string> {
  const { status, body } = await get(target, "/ping");
  if (status !== 200 || body.trim() !== "pong") throw new Error(`/ping answered ${status} ${body.slice(0, 60)}`);
  return `/ping answered ${body.trim()}, chain and name verified`;
}

/** Rancher redirects HTTP to HTTPS. It redirects forever when the ingress does not trust the balancer's headers. */
async function leadsSomewhere(target: CheckTarget): Promise<string> {
  const path = "/dashboard/";
  const { status, headers } = await get(target, path);
  const page = `https://${target.hostname}${path}`;
  const { location } = headers;
  if (location !== undefined && new URL(location, page).href === page) {
    throw new Error(`${path} answered ${status} and redirects to itself: the ingress treats HTTPS as plain HTTP`);
  }
  return `${path} answered ${status}${location === undefined ? "" : `, on to ${location}`}`;
}

async function answersAs({ hostname }: { readonly hostname: string }, target: CheckTarget): Promise<string> {
  const { status, headers } = await get({ ...target, hostname }, "/");
  const node = headers[nodeHeader];
  if (node === undefined) throw new Error(`https://${hostname} answered ${status}, but not from a node of the cluster`);
  return `https://${hostname} reached ${String(node)}, chain and name verified`;
}

/** The load balancer must replace the client's forwarded headers, or clients could forge their address. */
async function forwardsClientAddress(target: CheckTarget, clientAddress: string): Promise<string> {
  const headers = { "x-forwarded-for": "203.0.113.99", "x-real-ip": "203.0.113.98", forwarded: "for=203.0.113.97" };
  const answer = await answerOf(ask(target, "/ping", { headers }));
  const seen = String(answer.headers[clientHeader] ?? "no address");
  if (seen !== clientAddress) throw new Error(`Rancher sees ${seen} instead of ${clientAddress}`);
  return `${seen}, even if the client sends forged headers`;
}

function foreignName({ hostname, address, ports }: CheckTarget): Promise<string> {
  return new Promise((done, failed) => {
    const socket: TLSSocket = connect({
      host: address,
      port: ports?.https ?? 443,
      servername: "other.example.com",
      rejectUnauthorized: false,
      timeout: timeout,
    });
    socket.once("secureConnect", () => {
      const shown = socket.getPeerX509Certificate();
      socket.destroy();
      if (shown?.checkHost(hostname) !== undefined) failed(new Error("other.example.com gets the stack's certificate"));
      else done(`other.example.com gets ${shown?.subject.replaceAll("\n", ", ") ?? "no certificate"}`);
    });
    // Refusing the handshake is correct too.
    socket.once("error", (error: Error & { readonly reason?: string }) =>
      done(`the handshake was refused: ${error.reason ?? error.message.trim()}`),
    );
    socket.once("timeout", () => failed(new Error(`no answer within ${timeout / 1000} s`)));
  });
}

/** Whether a redirect leads to HTTPS. The port is optional: an ingress controller behind layer 4 does not know it. */
export function isOverHttps(location: string | undefined, { hostname, ports }: CheckTarget): boolean {
  const { https = 443 } = ports ?? {};
  const hosts = https === 443 ? [hostname] : [`${hostname}:${https}`, hostname];
  return hosts.some((host) => location?.startsWith(`https://${host}/`));
}

function redirects(target: CheckTarget): Promise<string> {
  const { hostname, address, ports } = target;
  const port = ports?.http ?? 80;
  return new Promise((done, failed) => {
    const request = httpRequest({ host: address, port, path: "/dashboard", headers: { host: hostname } }, (answer) => {
      answer.resume();
      const { statusCode = 0, headers } = answer;
      if (statusCode >= 301 && statusCode <= 308 && isOverHttps(headers.location, target))
        done(`${statusCode} to ${headers.location}`);
      else failed(new Error(`port ${port} answered ${statusCode}, location ${headers.location ?? "-"}`));
    });
    request.setTimeout(timeout, () => request.destroy(new Error(`no answer within ${timeout / 1000} s`)));
    request.once("error", failed);
    request.end();
  });
}

/**
 * The fake Rancher accepts anyone on the agents' websocket. A genuine one requires an agent's token, so with a session
 * the check uses the websocket on which browsers subscribe to changes.
 */
function opensWebsocket(target: CheckTarget, session?: Session): Promise<string> {
  return new Promise((done, failed) => {
    const request = ask(target, session ? "/v3/subscribe?eventNames=resource.change" : "/v3/connect", {
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": randomBytes(16).toString("base64"),
        ...(session && { authorization: `Bearer ${session.token}` }),
      },
    });
    request.once("upgrade", (answer, socket) => {
      socket.destroy();
      done(`${answer.statusCode} ${answer.headers.upgrade ?? ""}${session ? ", signed in" : ""}`);
    });
    request.once("response", (answer) => {
      answer.resume();
      failed(new Error(`the upgrade was answered with ${answer.statusCode}`));
    });
    request.once("error", failed);
    request.end();
  });
}

async function reachesEveryNode(target: CheckTarget): Promise<string> {
  const seen = new Set<string>();
  for (let request = 0; request < target.nodes.length * requestsPerNode && seen.size < target.nodes.length; request++) {
    const { headers } = await get(target, "/ping");
    seen.add(String(headers[nodeHeader] ?? "an unnamed node"));
  }
  const missing = target.nodes.filter((node) => !seen.has(node));
  if (missing.length > 0) throw new Error(`${missing.join(", ")} never answered; ${[...seen].join(", ")} did`);
  return [...seen].sort().join(", ");
}
