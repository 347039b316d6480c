import { isIP } from "node:net";
import { inBlock, inForce, statements, type Statement } from "./parse.ts";
import { fileRule, rule, type Rule } from "./rule.ts";

export const proxyRules: readonly Rule[] = [
  rule("proxy_buffering_off", "proxy_buffering", ({ args }) =>
    args[0] === "off" ? "slow clients hold upstreams" : undefined,
  ),
  rule("proxy_pass_normalized", "proxy_pass", ({ parent, args }) => {
    if (parent?.name !== "location" || parent.args[0] === "=") return undefined;
    return /^\w+:\/\/[^/]+\//.test(args[0] ?? "") ? "a path after the host is decoded once more" : undefined;
  }),
  rule("ssrf", "proxy_pass", (one, file) => {
    const host = hostOf(one);
    const chosen = [...host.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name);
    const free = chosen.filter((name) => constantOf(name, file) === undefined);
    return free.length === 0 ? undefined : `the client may choose $${free.join(", $")}`;
  }),
  rule("stale_dns_cache", "proxy_pass", (one, file) => {
    const host = hostOf(one);
    const resolver = one.parent === undefined ? [] : inForce(one.parent, "resolver");
    const variable = /^\$\{?(\w+)/.exec(host)?.[1];
    if (variable !== undefined) {
      const value = constantOf(variable, file) ?? "";
      return resolver.length > 0 || isAddress(value) ? undefined : "a variable without a resolver";
    }
    const group = statements(file).find(({ name, args }) => name === "upstream" && args[0] === host);
    const members = group === undefined ? [host] : inBlock(group, "server").map(serverName);
    const stale = members.filter((member) => !isAddress(member));
    if (stale.length > 0) return `${stale.join(", ")} is looked up at start only`;
    const follows = group !== undefined && inBlock(group, "server").some(({ args }) => args.includes("resolve"));
    return follows && resolver.length === 0 ? "resolve without a resolver" : undefined;
  }),
  rule("resolver_external", "resolver", ({ args }) => {
    const servers = args.filter((arg) => !arg.includes("="));
    const outside = servers.filter((server) => !isNear(server));
    return outside.length === 0 ? undefined : `${outside.join(", ")} is beyond this network`;
  }),
  rule("low_keepalive_requests", "keepalive_requests", ({ args, parent }) =>
    parent?.name !== "upstream" && Number(args[0]) < 1000 ? `${args[0]} requests, then the connection ends` : undefined,
  ),
  rule("hash_without_default", ["map", "geo"], (one) => {
    const entries = one.block ?? [];
    const needed = one.name === "geo" || entries.length > 1;
    return needed && !entries.some(({ name }) => name === "default") ? "no default" : undefined;
  }),
  fileRule("missing_worker_processes", (file) =>
    inBlock(file, "worker_processes").length === 0 ? "one worker only" : undefined,
  ),
  fileRule("worker_rlimit_nofile_vs_connections", (file) => {
    const connections = statements(file).find(({ name }) => name === "worker_connections");
    const files = inBlock(file, "worker_rlimit_nofile")[0];
    const [needed, had] = [2 * Number(connections?.args[0] ?? 512), Number(files?.args[0] ?? 1024)];
    return had < needed ? `${had} descriptors, ${needed} are needed` : undefined;
  }),
  fileRule("mixed_case_variable", (file) => {
    const spellings = new Map<string, Set<string>>();
    for (const arg of statements(file).flatMap(({ args }) => args)) {
      for (const [, name = ""] of arg.matchAll(/\$\{?([a-z_]\w*)/gi)) {
        spellings.set(name.toLowerCase(), (spellings.get(name.toLowerCase()) ?? new Set()).add(name));
      }
    }
    const mixed = [...spellings.values()].filter(({ size }) => size > 1);
    return mixed.length === 0 ? undefined : mixed.map((names) => [...names].join(" and ")).join("; ");
  }),
];

function hostOf({ args }: Statement): string {
  return (args[0] ?? "").replace(/^\w+:\/\//, "").split("/")[0] ?? "";
}

/** Constant value of a variable that `set` assigns once, without variables. */
function constantOf(variable: string, file: Statement): string | undefined {
  const values = statements(file).filter(({ name, args }) => name === "set" && args[0] === `$${variable}`);
  const value = values[0]?.args[1];
  return value?.includes("$") === false ? value : undefined;
}

function serverName({ args }: Statement): string {
  // One that follows DNS is equivalent to an address here.
  return args.includes("resolve") ? "127.0.0.1" : (args[0] ?? "");
}

function isAddress(server: string): boolean {
  return server.startsWith("unix:") || isIP(hostPart(server)) !== 0;
}

/** Loopback, link-local and private networks, and those of the documentation. */
function isNear(server: string): boolean {
  const host = hostPart(server);
  return /^(127\.|10\.|192\.168\.|169\.254\.|172\.(1[6-9]|2\d|3[01])\.|192\.0\.2\.|::1$|f[cde]|2001:db8:)/i.test(host);
}

function hostPart(server: string): string {
  return (/^\[(.*)\](:\d+)?$/.exec(server)?.[1] ?? server.replace(/:\d+$/, "")).toLowerCase();
}
