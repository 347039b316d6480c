import { defaultBalancerOptions } from "./balancer-options.ts";
import type { BalancerOptions } from "./balancer-options.ts";

/** What may be chosen about nginx beyond that; all but `statusPort` and `resolvers` concern layer 7. */
export interface NginxOptions extends BalancerOptions {
  readonly http2: boolean;
  readonly gzip: boolean;
  readonly hsts: { readonly maxAge: number; readonly includeSubDomains: boolean; readonly preload: boolean } | false;
  /** Largest request body, as nginx writes sizes: `100m`. */
  readonly maxBodySize: string;
  /** Form of the access log's lines. */
  readonly logFormat: "text" | "json";
  /** Port on loopback that shows nginx's own counters. */
  readonly statusPort?: number;
  /** DNS servers asked for upstreams given by name. Without it those of the host, or Docker's in a container. */
  readonly resolvers?: readonly string[];
}

export const defaultNginxOptions: NginxOptions = {
  ...defaultBalancerOptions,
  http2: true,
  gzip: false,
  hsts: { maxAge: 63_072_000, includeSubDomains: true, preload: false },
  maxBodySize: "100m",
  logFormat: "text",
};
