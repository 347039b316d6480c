import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { generationPort } from "../../../components/load-balancer/generation-port.ts";
import {
  fillNginxTemplate,
  type NginxBuild,
  type NginxConfig,
} from "../../../components/load-balancer/nginx/config/nginx-template.ts";
import type { Suite } from "../../../rehearsal/sandbox/packages/apt-sources.ts";
import type { Host } from "../../../rehearsal/sandbox/host.ts";
import type { Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";

/** The processes of a running nginx, by their ids on the host, ascending. */
export interface NginxProcesses {
  readonly master: number;
  readonly workers: readonly number[];
  /** Workers of an earlier configuration that still have connections. */
  readonly leaving: readonly number[];
}

/** A Debian host of a sandbox with Debian's nginx, whose configuration a test can choose. */
export interface NginxMachine {
  readonly host: Host;
  readonly build: NginxBuild;
  /** Fills a template in for the installed nginx. */
  fill(template: string): NginxConfig;
  /** Writes a file that nginx reads. */
  place(path: string, text: string, mode?: number): Promise<void>;
  /** Starts nginx with a configuration, on these processors only (`0`, `0,1`), once the previous nginx has ended. */
  start(config: NginxConfig, processors?: string): Promise<void>;
  /** Replaces the configuration of the running nginx. Resolves when only the new one responds. */
  reload(config: NginxConfig): Promise<void>;
  /** Ends nginx immediately, if it runs. */
  stop(): Promise<void>;
  processes(): Promise<NginxProcesses>;
  /** Lines of nginx's error log since it started. */
  errors(): Promise<string[]>;
}

const configuration = "/etc/nginx/nginx.conf";
const errorLog = "/var/log/nginx/error.log";

/** Creates the host, with nginx and other packages of Debian. */
export async function makeNginxMachine(
  sandbox: Sandbox,
  spec: { readonly name: string; readonly suite?: Suite; readonly packages?: readonly string[] },
): Promise<NginxMachine> {
  const { name, suite = "bookworm", packages = [] } = spec;
  const host = await sandbox.addHost({ name, user: "root", port: 22, suite });
  const must = async (...words: string[]): Promise<string> => {
    const { code, stdout, stderr } = await host.exec(words);
    if (code !== 0) throw new Error(`${name}: ${words.slice(0, 6).join(" ")} ended with exit code ${code}: ${stderr}`);
    return stdout;
  };
  const wanted = ["nginx", "libnginx-mod-stream", ...packages];
  const install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", ...wanted];
  const noninteractive = ["env", "DEBIAN_FRONTEND=noninteractive"];
  // The package lists a root was made with may name packages that the archive has replaced since.
  const installed = await host.exec([...noninteractive, ...install]);
  if (installed.code !== 0) {
    await must("apt-get", "-q", "update");
    await must(...noninteractive, ...install);
  }
  // Runs without its unit from here on, so that a test may choose processors and signals.
  await must("systemctl", "stop", "nginx");
  const build = buildOf((await host.exec(["nginx", "-V"])).stderr, sandbox.subnet.resolver);
  let current = "";

  const place: NginxMachine["place"] = async (path, text, mode = 0o644) => {
    await mkdir(dirname(join(host.root, path)), { recursive: true, mode: 0o755 });
    await writeFile(join(host.root, path), text, { mode });
  };
  const processes = async (): Promise<NginxProcesses> => {
    const { stdout } = await host.exec(["ps", "-C", "nginx", "-o", "pid=,ppid=,args="]);
    const found = readProcesses(stdout);
    if (found === undefined) throw new Error(`${name} does not run exactly one nginx: ${stdout || "none"}`);
    return found;
  };
  const stop = async (): Promise<void> => {
    await host.exec(["pkill", "-KILL", "-x", "nginx"]);
    while ((await host.exec(["pgrep", "-x", "nginx"])).code === 0) await sleep(10);
  };
  const errors = async (): Promise<string[]> =>
    (await readFile(join(host.root, errorLog), "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
  /** Several responses in a row: each worker has its own probe, and old ones respond for a moment longer. */
  const answers = async (generation: string): Promise<void> => {
    const ask = `exec 3<>/dev/tcp/127.0.0.1/${generationPort} && cat <&3`;
    const loop = `for i in 1 2 3 4 5 6 7 8; do (${ask}) 2>/dev/null; done`;
    for (const until = Date.now() + 30_000; Date.now() < until; await sleep(20)) {
      const lines = (await host.exec(["bash", "-c", loop])).stdout.trim().split("\n");
      if (lines.length === 8 && lines.every((line) => line.startsWith(`generation ${generation}`))) return;
    }
    throw new Error(`${name}: generation ${generation} does not answer: ${(await errors()).slice(-5).join("\n")}`);
  };

  return {
    host,
    build,
    fill: (template) => fillNginxTemplate(template, build),
    place,
    start: async ({ text, generation }, processors) => {
      await stop();
      await place(errorLog, "");
      await place(configuration, text);
      await must(...(processors === undefined ? [] : ["taskset", "-c", processors]), "nginx", "-c", configuration);
      await answers(generation);
      current = generation;
    },
    reload: async ({ text, generation }) => {
      if (generation === current)
        throw new Error(`${name} runs generation ${generation} already; nothing would change`);
      await place(configuration, text);
      await must("nginx", "-c", configuration, "-s", "reload");
      await answers(generation);
      current = generation;
    },
    stop,
    processes,
    errors,
  };
}

/** Versions in the output of `nginx -V`. `running with` is there only if it differs from what nginx was built with. */
function buildOf(words: string, resolver: string): NginxBuild {
  const nginx = /nginx version: nginx\/(\d+\.\d+\.\d+)/.exec(words)?.[1];
  const openssl = (/running with OpenSSL (\d+\.\d+\.\d+)/.exec(words) ?? /OpenSSL (\d+\.\d+\.\d+)/.exec(words))?.[1];
  if (nginx === undefined || openssl === undefined) throw new Error(`nginx -V prints no versions: ${words}`);
  return {
    nginx,
    openssl,
    workerUser: "www-data",
    loadModules: "include /etc/nginx/modules-enabled/*.conf;",
    resolvers: resolver,
  };
}

/** Reads `ps -o pid=,ppid=,args=`; undefined when there is not exactly one master. */
function readProcesses(listing: string): NginxProcesses | undefined {
  const all = listing.split("\n").flatMap((line) => {
    const [, pid, parent, words = ""] = /^ *(\d+) +(\d+) (.*)$/.exec(line) ?? [];
    return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), words }];
  });
  const idsOf = (role: RegExp): number[] =>
    all
      .filter(({ words }) => role.test(words))
      .map(({ pid }) => pid)
      .sort((one, other) => one - other);
  // A worker has its master's name until it has set its own.
  const masters = idsOf(/nginx: master process/);
  const born = all.filter(({ parent }) => masters.includes(parent)).map(({ pid }) => pid);
  const [master, ...more] = masters.filter((pid) => !born.includes(pid));
  if (master === undefined || more.length > 0) return undefined;
  return {
    master,
    workers: idsOf(/nginx: worker process(?! is shutting down)/),
    leaving: idsOf(/nginx: worker process is shutting down/),
  };
}
