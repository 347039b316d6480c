import { defaultBalancerOptions } from "../../balancer-options.ts";
import type { BalancerOptions } from "../../balancer-options.ts";

/** Options of nginx in addition to the common ones; all but `statusPort` and `resolvers` apply to layer 7. */
export interface NginxOptions extends BalancerOptions {
  readonly http2: boolean;
  readonly gzip: boolean;
  readonly hsts: { readonly maxAge: number; readonly includeSubDomains: boolean; readonly preload: boolean } | false;
  /** Largest request body, as nginx writes sizes: `100m`. */
  readonly maxBodySize: string;
  /** Format of the access log. */
  readonly logFormat: "text" | "json";
  /** Port on loopback that serves nginx's status page. */
  readonly statusPort?: number;
  /** DNS servers that resolve upstreams given by name. @default those of the host, or Docker's in a container */
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
