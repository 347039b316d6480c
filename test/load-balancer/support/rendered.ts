import type { Listener } from "../../../components/load-balancer/listener.ts";
import {
  defaultNginxOptions,
  type NginxOptions,
} from "../../../components/load-balancer/nginx/config/nginx-options.ts";
import { renderNginxConfig } from "../../../components/load-balancer/nginx/config/nginx-config.ts";
import type { NginxLogs } from "../../../components/load-balancer/nginx/config/nginx-log.ts";

/** The product's configuration as a template, with its defaults except for the given options. */
export function rendered(
  listeners: readonly Listener[],
  options: Partial<NginxOptions> = {},
  logs: NginxLogs = "files",
): string {
  return renderNginxConfig({ listeners, options: { ...defaultNginxOptions, ...options }, logs });
}
