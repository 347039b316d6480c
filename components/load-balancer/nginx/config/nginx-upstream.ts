import { hasNames, hostAndPort, inBrackets, isName, upstreamGroups } from "../../listener.ts";
import type { Listener, Upstream } from "../../listener.ts";
import { block, whenAll } from "../nginx-block.ts";
import type { Lines } from "../nginx-block.ts";
import type { NginxOptions } from "./nginx-options.ts";

/** A group of interchangeable upstreams, and the directives that pass requests to it. */
export interface UpstreamGroup {
  /** The `upstream` block, for the level of the servers. */
  readonly definition: Lines;
  /** `set` directives for the server, with which an older nginx resolves the name again. */
  readonly variables: Lines;
  /** The `proxy_pass` directive, in variants for older and newer builds. */
  readonly pass: Lines;
}

export interface UpstreamGroupArgs {
  /** Unique among all groups of a configuration, across layers: nginx stores their state under this name. */
  readonly name: string;
  readonly upstreams: readonly Upstream[];
  readonly options: NginxOptions;
  /** Scheme before the group's name: `http://`, or nothing at layer 4. */
  readonly scheme: "http://" | "";
  /** Further directives of the group, after the method. */
  readonly more?: Lines;
}

/**
 * The first open source nginx with `server NAME resolve`.
 * https://nginx.org/en/CHANGES
 */
const firstResolving = "1.27.3";

/**
 * Minimum version of nginx for these listeners, if any: a group with several upstreams, one of them given by name.
 *
 * An older nginx can re-resolve only a name that is the single upstream. Its `nginx -t` fails with a less helpful
 * message.
 */
export function neededNginx(listeners: readonly Listener[]): string | undefined {
  const isResolvedGroup = (upstreams: readonly Upstream[]) => hasNames(upstreams) && upstreams.length > 1;
  return upstreamGroups(listeners).some(isResolvedGroup) ? firstResolving : undefined;
}

/**
 * DNS servers, if an upstream is given by name. Names are not resolved at startup, where a failure would stop nginx.
 */
export function renderResolver(upstreams: readonly Upstream[], options: NginxOptions): Lines {
  if (!hasNames(upstreams)) return [];
  const servers = options.resolvers?.map(inBrackets).join(" ") ?? "@@resolvers@@";
  // Docker's DNS returns a TTL of 600 s, during which a container's address may change.
  return [
    `resolver ${servers} valid=10s${options.ipv6 ? "" : " ipv6=off"};`,
    // The longest delay that an unresponsive DNS server causes, for each try.
    "resolver_timeout 5s;",
  ];
}

export function renderUpstreamGroup(args: UpstreamGroupArgs): UpstreamGroup {
  const { upstreams, options, scheme, more = [] } = args;
  // Variable names cannot contain hyphens.
  const name = args.name.replaceAll("-", "_");
  const { maxFails, failTimeout } = options.failover;
  const servers = upstreams.map((upstream) => {
    const resolve = isName(upstream) ? " resolve" : "";
    return `server ${hostAndPort(upstream)} max_fails=${maxFails} fail_timeout=${failTimeout}s${resolve};`;
  });
  const definition = block(`upstream ${name}`, [
    // Shared by the workers, otherwise each has to detect failures itself. Large enough for hundreds of upstreams.
    `zone ${name} 512k;`,
    ...(options.method === "least_conn" ? ["least_conn;"] : []),
    ...servers,
    ...more,
  ]);
  const pass = `proxy_pass ${scheme}${name};`;
  const [only, ...others] = upstreams;
  if (only === undefined || !hasNames(upstreams)) return { definition, variables: [], pass: [pass] };

  const newer = whenAll([`nginx>=${firstResolving}`], definition);
  if (others.length > 0) return { definition: newer, variables: [], pass: [pass] };
  // With a variable an older nginx resolves the name again, but keeps no idle connections.
  return {
    definition: newer,
    variables: whenAll([`nginx<${firstResolving}`], [`set $${name} ${hostAndPort(only)};`]),
    pass: [
      ...whenAll([`nginx>=${firstResolving}`], [pass]),
      ...whenAll([`nginx<${firstResolving}`], [`proxy_pass ${scheme}$${name};`]),
    ],
  };
}
