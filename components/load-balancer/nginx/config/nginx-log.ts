import type { Lines } from "../nginx-block.ts";
import type { NginxOptions } from "./nginx-options.ts";

/** Where nginx writes its logs: files that the package's logrotate rotates, or the container's output. */
export type NginxLogs = "files" | "container";

/** The `error_log` directive. */
export function renderErrorLog(logs: NginxLogs): string {
  return `error_log ${logs === "files" ? "/var/log/nginx/error.log" : "/dev/stderr"} warn;`;
}

/** One line for each request, with its query string and without bodies and headers. */
export function renderRequestLog(options: NginxOptions, logs: NginxLogs): Lines {
  return renderLog({ format: "requests", file: "access.log", fields: requestFields, options, logs });
}

/** One line for each connection, written when it ends. */
export function renderConnectionLog(options: NginxOptions, logs: NginxLogs): Lines {
  return renderLog({ format: "connections", file: "connections.log", fields: connectionFields, options, logs });
}

/** Keys of the JSON format and nginx's variables, in the order of the text format. Times are in seconds. */
type Fields = Readonly<Record<string, string>>;

/** Upstream times are lists where several were tried: `0.002, 0.001`. */
const requestFields: Fields = {
  time: "$time_iso8601",
  client: "$remote_addr",
  host: "$host",
  request: "$request",
  status: "$status",
  bytes_sent: "$body_bytes_sent",
  request_time: "$request_time",
  upstream: "$upstream_addr",
  upstream_status: "$upstream_status",
  upstream_connect_time: "$upstream_connect_time",
  upstream_header_time: "$upstream_header_time",
  upstream_response_time: "$upstream_response_time",
  tls: "$ssl_protocol",
  user_agent: "$http_user_agent",
};

const connectionFields: Fields = {
  time: "$time_iso8601",
  client: "$remote_addr",
  port: "$server_port",
  status: "$status",
  bytes_sent: "$bytes_sent",
  bytes_received: "$bytes_received",
  session_time: "$session_time",
  upstream: "$upstream_addr",
  upstream_connect_time: "$upstream_connect_time",
  upstream_first_byte_time: "$upstream_first_byte_time",
  upstream_session_time: "$upstream_session_time",
};

/** Values chosen by the client, which may contain spaces: quoted in the text format. */
const quoted = new Set(["request", "user_agent"]);

interface LogArgs {
  readonly format: string;
  readonly file: string;
  readonly fields: Fields;
  readonly options: NginxOptions;
  readonly logs: NginxLogs;
}

function renderLog({ format, file, fields, options, logs }: LogArgs): Lines {
  const entries = Object.entries(fields);
  const pieces =
    options.logFormat === "json"
      ? entries.map(([key, value], index) => `${index === 0 ? "{" : ""}"${key}":"${value}"`)
      : entries.map(([key, value]) => textField(key, value));
  const between = options.logFormat === "json" ? "," : " ";
  const end = options.logFormat === "json" ? "}" : "";
  const escape = options.logFormat === "json" ? " escape=json" : "";
  const path = logs === "files" ? `/var/log/nginx/${file}` : "/dev/stdout";
  return [
    `log_format ${format}${escape}`,
    ...pieces.map((piece, index) => {
      const last = index === pieces.length - 1;
      return `    '${piece}${last ? end : between}'${last ? ";" : ""}`;
    }),
    // Buffered for at most a second, which saves a write for each line.
    `access_log ${path} ${format} buffer=32k flush=1s;`,
  ];
}

function textField(key: string, value: string): string {
  if (quoted.has(key)) return `"${value}"`;
  return key.includes("upstream") || key.endsWith("_time") ? `${key}="${value}"` : value;
}
