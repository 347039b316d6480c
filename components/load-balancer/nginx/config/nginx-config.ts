import type { ShellValues } from "../../../host/shell/link.ts";
import { generationPort } from "../../generation-port.ts";
import type { Listener } from "../../listener.ts";
import { block, paragraphs } from "../nginx-block.ts";
import { renderHttp } from "./nginx-http.ts";
import { renderErrorLog } from "./nginx-log.ts";
import type { NginxLogs } from "./nginx-log.ts";
import type { NginxOptions } from "./nginx-options.ts";
import { renderStream } from "./nginx-stream.ts";

export { neededNginx } from "./nginx-upstream.ts";

export interface NginxConfigArgs {
  /** With unique names and ports. */
  readonly listeners: readonly Listener[];
  readonly options: NginxOptions;
  readonly logs: NginxLogs;
}

/** What every nginx script reads. */
export const nginxValues: ShellValues = { generation_port: generationPort };

/** Ports that nginx opens on loopback, for this machine only. */
export function loopbackPorts({ statusPort }: NginxOptions): readonly number[] {
  return statusPort === undefined ? [generationPort] : [generationPort, statusPort];
}

/** Per worker, to clients and upstreams together: half as many clients if each waits for an upstream. */
const workerConnections = 8192;
/** More than the connections, for logs, listening sockets and old workers that shut down. */
const workerFiles = 2 * workerConnections;

/**
 * nginx.conf as a template for nginx 1.22 and later. `fill_template` fills in what depends on the build and the
 * machine, on the host.
 */
export function renderNginxConfig({ listeners, options, logs }: NginxConfigArgs): string {
  const lines = paragraphs(
    [
      "user @@workerUser@@;",
      "worker_processes auto;",
      `worker_rlimit_nofile ${workerFiles};`,
      "# Old workers of a reload keep open connections this long; websockets reconnect after it.",
      `worker_shutdown_timeout ${options.timeouts.shutdown}s;`,
      "pid /run/nginx.pid;",
      renderErrorLog(logs),
      "@@loadModules@@",
    ],
    block("events", [`worker_connections ${workerConnections};`]),
    renderStream(
      listeners.filter((listener) => listener.layer === 4),
      options,
      logs,
    ),
    renderHttp(
      listeners.filter((listener) => listener.layer === 7),
      options,
      logs,
    ),
  );
  return `${lines.join("\n")}\n`;
}
