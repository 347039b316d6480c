import { createHash } from "node:crypto";
import type { Listener } from "./listener.ts";

/** Where nginx says on loopback which configuration it runs; nothing else may listen there. */
export const generationPort = 18404;

export interface NginxConfig {
  readonly text: string;
  /** Names this very configuration; the running nginx answers it on `generationPort`. */
  readonly generation: string;
}

export interface NginxConfigArgs extends NginxPackage {
  readonly listeners: readonly Listener[];
}

/** What differs between the packages of distributions. */
export interface NginxPackage {
  /** User of the worker processes, as the distribution's package makes it. */
  readonly workerUser: string;
  /** Line that loads the stream module where the package has it as a dynamic one. */
  readonly loadModules: string;
}

export const debianNginx: NginxPackage = {
  workerUser: "www-data",
  loadModules: "include /etc/nginx/modules-enabled/*.conf;\n",
};

/** Clients at a time; each needs two descriptors, one to the client and one to the upstream. */
const workerConnections = 8192;
const workerFiles = 4 * workerConnections;

/** nginx.conf for layer 4: TCP goes through, TLS and HTTP are the ingress controller's. */
export function renderNginxConfig(args: NginxConfigArgs): NginxConfig {
  const upstreams = args.listeners.map(renderUpstream).join("\n");
  const servers = args.listeners.map(renderServer).join("\n");
  const body = `user ${args.workerUser};
worker_processes auto;
worker_rlimit_nofile ${workerFiles};
# Old workers of a reload keep open connections this long; websockets reconnect after it.
worker_shutdown_timeout 10m;
pid /run/nginx.pid;
error_log /var/log/nginx/error.log warn;
${args.loadModules}
events {
    worker_connections ${workerConnections};
}

stream {
    log_format connections '$time_iso8601 $remote_addr $server_port $upstream_addr $status '
                           '$bytes_sent $bytes_received $session_time $upstream_connect_time';
    access_log /var/log/nginx/connections.log connections;

    # A dead node costs a client this long, not nginx's 60 s; the next node is tried at once.
    proxy_connect_timeout 2s;
    proxy_next_upstream on;
    proxy_next_upstream_tries 3;
    # Rancher asks for 1800 s of silence to be allowed in either direction.
    proxy_timeout 1800s;
    # Finds clients and nodes that went away without a word.
    proxy_socket_keepalive on;

${upstreams}
${servers}
`;
  const generation = createHash("sha256").update(body).digest("hex").slice(0, 16);
  const text = `${body}
    # Which configuration runs: read by the rollout, from this machine only.
    server {
        listen 127.0.0.1:${generationPort};
        access_log off;
        return "generation ${generation}\\n";
    }
}
`;
  return { text, generation };
}

function renderUpstream({ name, upstreams, upstreamPort }: Listener): string {
  // Without a zone every worker would have to find out by itself that a node is down.
  const servers = upstreams.map((address) => `        server ${address}:${upstreamPort} max_fails=1 fail_timeout=10s;`);
  return `    upstream ${name} {
        zone ${name} 64k;
        least_conn;
${servers.join("\n")}
    }
`;
}

function renderServer({ name, port }: Listener): string {
  return `    server {
        listen ${port} so_keepalive=60s:15s:8;
        proxy_pass ${name};
    }
`;
}
