import { request } from "node:https";
import { answerOf } from "../balancer-client.ts";
import { check, lastChecksThroughBalancer, type CheckResult } from "../checks.ts";
import { openListeners, publishedBy } from "./listeners.ts";
import type { SingleNodeRehearsal } from "./rehearsal.ts";

/**
 * Checks Rancher like a browser, and the machine like an administrator.
 *
 * @param password Password of `admin`; null, if it is unknown, skips the checks that need a session.
 *   @default the output bootstrapPassword
 */
export async function checkSingleNode(
  rehearsal: SingleNodeRehearsal,
  password?: string | null,
): Promise<CheckResult[]> {
  const { hostname, host, wanted, sandbox } = rehearsal;
  const { balancer, ports } = wanted;
  const outputs = await outputsOf(rehearsal);
  const caCertificate = outputs.caCertificate ?? (await shownByRancher(host.address, ports.https));
  const bootstrapPassword = password === undefined ? outputs.bootstrapPassword : password;
  const through = await lastChecksThroughBalancer({
    hostname,
    address: host.address,
    ports,
    caCertificate,
    nodes: [],
    ...(typeof bootstrapPassword === "string" && { bootstrapPassword }),
    ...(balancer !== "none" && { clientAddress: sandbox.subnet.machine }),
  });
  return [
    // Without nginx, Rancher shows its own certificate for every name.
    ...through.filter(({ name }) => balancer !== "none" || !name.startsWith("another host name")),
    await check(`only ${balancer === "none" ? "Rancher" : "nginx"} listens on addresses other than loopback`, () =>
      onlyEndpoint(rehearsal),
    ),
    await check("only Rancher is privileged", () => onlyPrivileged(rehearsal)),
  ];
}

interface Outputs {
  readonly caCertificate?: string;
  readonly bootstrapPassword?: string;
}

/** Reads the outputs, as a user would. */
export async function outputsOf({ engine, stack }: SingleNodeRehearsal): Promise<Outputs> {
  return JSON.parse(await engine.capture(["stack", "output", "--json", "--show-secrets", "--stack", stack])) as Outputs;
}

/** The CA that Rancher has created, which agents get from Rancher itself. */
async function shownByRancher(address: string, port: number): Promise<string> {
  const asked = request({ host: address, port, path: "/cacerts", rejectUnauthorized: false, agent: false });
  return (await answerOf(asked)).body;
}

async function onlyEndpoint({ host, docker, wanted }: SingleNodeRehearsal): Promise<string> {
  const { stdout } = await host.exec(["ss", "--listening", "--tcp", "--numeric", "--no-header"]);
  const allowed = [wanted.ports.http, wanted.ports.https, host.port];
  const others = openListeners(stdout).filter(({ port }) => !allowed.includes(port));
  if (others.length > 0) throw new Error(others.map(({ address, port }) => `${address}:${port}`).join(", "));
  const containers = await docker.mustDocker("ps", "--format", "{{.Names}}\t{{.Ports}}");
  const published = publishedBy(containers).filter(({ name }) => name !== endpoint(wanted.balancer));
  if (published.length > 0) throw new Error(published.map(({ name, where }) => `${name} at ${where}`).join(", "));
  return `ports ${wanted.ports.http} and ${wanted.ports.https}, apart from the machine's sshd`;
}

function endpoint(balancer: SingleNodeRehearsal["wanted"]["balancer"]): string {
  return balancer === "none" ? "rancher" : "rancher-nginx";
}

async function onlyPrivileged({ docker }: SingleNodeRehearsal): Promise<string> {
  const ids = (await docker.mustDocker("ps", "--all", "--quiet")).split("\n").filter(Boolean);
  const format = "{{.Name}} {{.HostConfig.Privileged}}";
  const lines = (await docker.mustDocker("inspect", "--format", format, ...ids)).split("\n");
  const privileged = lines.filter((line) => line.endsWith(" true")).map((line) => line.slice(1, -5));
  if (privileged.join() !== "rancher") throw new Error(`privileged: ${privileged.join(", ") || "none"}`);
  return `${privileged.join()}, of ${lines.length} containers`;
}
