import { isIP, isIPv6 } from "node:net";
import type { Listener, Upstream } from "./listener.ts";
import { block, whenAll } from "./nginx-block.ts";
import type { Lines } from "./nginx-block.ts";
import type { NginxOptions } from "./nginx-options.ts";

/** A group of machines that stand in for each other, and how a server passes to it. */
export interface UpstreamGroup {
  /** The group itself, for the block around the servers. */
  readonly definition: Lines;
  /** `set` where an older nginx looks the name up by itself; for the server. */
  readonly variables: Lines;
  /** The statement `proxy_pass`, once for every kind of build. */
  readonly pass: Lines;
}

export interface UpstreamGroupArgs {
  /** Unique among all groups of a configuration, whatever the layer: nginx keeps their state under this name. */
  readonly name: string;
  readonly upstreams: readonly Upstream[];
  readonly options: NginxOptions;
  /** Scheme before the group's name: `http://`, or nothing at layer 4. */
  readonly scheme: "http://" | "";
  /** Further statements of the group, after the method. */
  readonly more?: Lines;
}

/**
 * Since then `server NAME resolve` follows DNS in the open source nginx too.
 * https://nginx.org/en/CHANGES
 */
const resolves = "1.27.3";

/** Whether DNS has to be asked while nginx runs. */
export function hasNames(upstreams: readonly Upstream[]): boolean {
  return upstreams.some(isName);
}

/**
 * Version of nginx below which these listeners cannot be served, where there is one: a name beside other upstreams.
 *
 * An older nginx follows DNS for one name alone. The configuration fails its `nginx -t` there, with a less helpful word.
 */
export function neededNginx(listeners: readonly Listener[]): string | undefined {
  const groups = listeners.flatMap((listener) =>
    listener.layer === 4 ? [listener.upstreams] : listener.sites.map(({ upstreams }) => upstreams),
  );
  return groups.some((upstreams) => hasNames(upstreams) && upstreams.length > 1) ? resolves : undefined;
}

/** DNS servers, where a name among the upstreams needs them. Names are never looked up at start: nginx would not start. */
export function renderResolver(upstreams: readonly Upstream[], options: NginxOptions): Lines {
  if (!hasNames(upstreams)) return [];
  const servers = options.resolvers?.map(inBrackets).join(" ") ?? "@@resolvers@@";
  // Docker's own DNS says 600 s, in which a container may long have another address.
  return [
    `resolver ${servers} valid=10s${options.ipv6 ? "" : " ipv6=off"};`,
    // Together with the tries this is what a silent DNS server costs.
    "resolver_timeout 5s;",
  ];
}

export function renderUpstreamGroup(args: UpstreamGroupArgs): UpstreamGroup {
  const { upstreams, options, scheme, more = [] } = args;
  // Names of variables know no hyphen.
  const name = args.name.replaceAll("-", "_");
  const { maxFails, failTimeout } = options.failover;
  const servers = upstreams.map((upstream) => {
    const resolve = isName(upstream) ? " resolve" : "";
    return `server ${target(upstream)} max_fails=${maxFails} fail_timeout=${failTimeout}s${resolve};`;
  });
  const definition = block(`upstream ${name}`, [
    // Shared by the workers: else each would find out by itself that a machine is down. Enough for hundreds of machines.
    `zone ${name} 512k;`,
    ...(options.method === "least_conn" ? ["least_conn;"] : []),
    ...servers,
    ...more,
  ]);
  const pass = `proxy_pass ${scheme}${name};`;
  const [only, ...others] = upstreams;
  if (only === undefined || !hasNames(upstreams)) return { definition, variables: [], pass: [pass] };

  const newer = whenAll([`nginx>=${resolves}`], definition);
  if (others.length > 0) return { definition: newer, variables: [], pass: [pass] };
  // A variable makes an older nginx ask DNS again; it keeps no connections open then.
  return {
    definition: newer,
    variables: whenAll([`nginx<${resolves}`], [`set $${name} ${target(only)};`]),
    pass: [
      ...whenAll([`nginx>=${resolves}`], [pass]),
      ...whenAll([`nginx<${resolves}`], [`proxy_pass ${scheme}$${name};`]),
    ],
  };
}

function isName({ address }: Upstream): boolean {
  return isIP(address) === 0;
}

function target({ address, port }: Upstream): string {
  return `${inBrackets(address)}:${port}`;
}

function inBrackets(address: string): string {
  return isIPv6(address) ? `[${address}]` : address;
}
