import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import type { Suite } from "../../../rehearsal/sandbox/packages/apt-sources.ts";
import { hostname, placeCertificate } from "../../load-balancer/support/balanced.ts";
import { makeNginxMachine, type NginxMachine } from "../../load-balancer/support/nginx-machine.ts";

/** Processor of the measured load balancer, and processor of everything else. */
export const processors = { balancer: "0", others: "1" } as const;

/** What the backend counted since it started. */
export interface BackendCounters {
  readonly connections: number;
  readonly requests: number;
}

/**
 * A host with nginx, load tools, and a backend on loopback that answers immediately: `plain` over HTTP, `tls` over
 * HTTPS. No traffic leaves the host, so that only nginx and the kernel are measured.
 */
export interface BenchMachine extends NginxMachine {
  readonly plain: { readonly address: string; readonly port: number };
  readonly tls: { readonly address: string; readonly port: number };
  counters(): Promise<BackendCounters>;
  /** Processor seconds that processes of the host have used so far. */
  processorSeconds(pids: readonly number[]): Promise<number>;
  /** Runs a command on the host, on the processor for everything but the load balancer. @throws when it fails */
  run(command: readonly string[], processor?: string): Promise<string>;
}

const folder = "/opt/fast-backend";
const statusPort = 8082;
const ports = { plain: 8080, tls: 8443 };

/** A distinct program name, so that a count of nginx's processes leaves these out. */
const program = `${folder}/fast-backend`;

const configuration = (certificate: { certificate: string; privateKey: string }): string => `user www-data;
worker_processes 1;
worker_rlimit_nofile 65536;
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 32768; multi_accept on; }
http {
    access_log off;
    keepalive_requests 100000000;
    keepalive_timeout 600s;
    default_type text/plain;
    server {
        listen 127.0.0.1:${ports.plain} backlog=4096;
        listen 127.0.0.1:${ports.tls} ssl backlog=4096;
        ssl_certificate ${certificate.certificate};
        ssl_certificate_key ${certificate.privateKey};
        # 128 bytes, as a small answer of an API has.
        return 200 "${"0123456789abcdef".repeat(8)}";
    }
    server { listen ${statusPort}; location / { stub_status; } }
}
`;

/** Creates the host and starts its backend. */
export async function makeBenchMachine(
  sandbox: Sandbox,
  spec: { readonly name: string; readonly suite?: Suite; readonly packages: readonly string[] },
): Promise<BenchMachine> {
  const machine = await makeNginxMachine(sandbox, spec);
  const { host } = machine;
  const run = async (command: readonly string[], processor: string = processors.others): Promise<string> => {
    const { code, stdout, stderr } = await host.exec(["taskset", "-c", processor, ...command]);
    if (code !== 0) throw new Error(`${command.join(" ")} ended with exit code ${code}: ${stderr || stdout}`);
    return stdout;
  };
  const certificate = await placeCertificate(machine, "fast-backend");
  await machine.place(`${folder}/nginx.conf`, configuration(certificate.files));
  await host.exec(["cp", "/usr/sbin/nginx", program]);
  await run([program, "-c", `${folder}/nginx.conf`]);
  await host.exec(["sh", "-c", `echo 127.0.0.1 ${hostname} >>/etc/hosts`]);
  // wrk looks up the port of a URL that has none by its service name, and a host without the package netbase has no
  // such names.
  await host.exec(["sh", "-c", "printf 'http 80/tcp\\nhttps 443/tcp\\n' >>/etc/services"]);
  const ticks = Number(await run(["getconf", "CLK_TCK"]));

  return {
    ...machine,
    plain: { address: "127.0.0.1", port: ports.plain },
    tls: { address: "127.0.0.1", port: ports.tls },
    run,
    counters: async () => {
      const answer = await fetch(`http://${host.address}:${statusPort}/`, { headers: { connection: "close" } });
      const [, accepts = "", requests = ""] = /\n (\d+) \d+ (\d+) \n/.exec(await answer.text()) ?? [];
      return { connections: Number(accepts), requests: Number(requests) };
    },
    processorSeconds: async (pids) => {
      let sum = 0;
      for (const pid of pids) {
        const stat = await readFile(join(host.root, "proc", String(pid), "stat"), "utf8");
        const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        sum += Number(fields[11]) + Number(fields[12]); // utime and stime, proc(5)
      }
      return sum / ticks;
    },
  };
}
