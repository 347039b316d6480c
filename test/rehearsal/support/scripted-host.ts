import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { renderBaseCreate, renderBaseDelete, renderBaseUpdate } from "../../../components/host/base-script.ts";
import { sshHost } from "../../../components/host/host.ts";
import { shellLibrary, type ShellScript } from "../../../components/host/shell/link.ts";
import { renderScript } from "../../../components/host/script.ts";
import type { Listener } from "../../../components/load-balancer/listener.ts";
import { generationPort } from "../../../components/load-balancer/generation-port.ts";
import { renderNginxConfig } from "../../../components/load-balancer/nginx/config/nginx-config.ts";
import { defaultNginxOptions } from "../../../components/load-balancer/nginx/config/nginx-options.ts";
import {
  renderNginxScript,
  type NginxScriptArgs,
} from "../../../components/load-balancer/nginx/package/nginx-script.ts";
import { fillNginxTemplate } from "../../../components/load-balancer/nginx/config/nginx-template.ts";
import { isTraceOfPackageManager } from "../../../rehearsal/traces.ts";
import { runCommand, type CommandResult } from "../../../rehearsal/sandbox/command.ts";
import type { Host } from "../../../rehearsal/sandbox/host.ts";
import type { Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { shell } from "../../support/scripts/shell.ts";

export interface ScriptOptions {
  readonly secrets?: Readonly<Record<string, string>>;
  /** Standard input of a script without secrets. */
  readonly input?: string;
  /** Seconds. @default 120 */
  readonly timeoutSeconds?: number;
  /** Changes the whole text right before it is sent, to let something happen in the middle of it. */
  readonly edit?: (text: string) => string;
}

/** How a script ended, and after how many seconds. */
export interface ScriptEnd extends CommandResult {
  readonly seconds: number;
}

/** A sandbox's host, and the product's scripts for it, sent over SSH as the product does. */
export class ScriptedHost {
  readonly host: Host;
  readonly #sandbox: Sandbox;
  readonly #stack: string;

  constructor(sandbox: Sandbox, host: Host, stack = "rancher/test") {
    this.#sandbox = sandbox;
    this.host = host;
    this.#stack = stack;
  }

  /** The same machine for another stack or under another name. */
  as(hostName: string, stack: string) {
    const marker = { hostName, stack };
    const library = { input: shellLibrary().text };
    return {
      create: () => this.run("base", renderBaseCreate(marker), library),
      update: () => this.run("base", renderBaseUpdate(marker), library),
      delete: (options?: ScriptOptions) => this.run("base", renderBaseDelete(marker), options),
    };
  }

  get base() {
    return this.as(this.host.name, this.#stack);
  }

  nginx(listeners: readonly Listener[], options?: ScriptOptions): Promise<ScriptEnd> {
    return this.nginxWith({ listeners }, options);
  }

  /** The same, with more arguments than listeners. */
  nginxWith(args: Partial<NginxScriptArgs>, options?: ScriptOptions): Promise<ScriptEnd> {
    return this.run("nginx", renderNginxScript({ ...nginxDefaults, ...args }), options);
  }

  /** Runs a script's body with the preamble. */
  async run(name: string, script: string | ShellScript, options: ScriptOptions = {}): Promise<ScriptEnd> {
    const body = typeof script === "string" ? shell(script) : script;
    const { secrets = {}, input, timeoutSeconds = 120, edit = (text: string) => text } = options;
    const { address, user, port, hostKey } = this.host;
    const target = sshHost({ name: this.host.name, address, user, port, hostKey, insecureIgnoreHostKey: false });
    const text = renderScript(target, { name, title: "a test", body, timeoutSeconds });
    const lines = Object.entries(secrets).map(([key, value]) => `${key} ${Buffer.from(value).toString("base64")}\n`);
    const started = performance.now();
    const result = await runCommand([...this.#ssh(), edit(text)], { stdin: input ?? lines.join("") });
    return { ...result, seconds: (performance.now() - started) / 1000 };
  }

  /** Runs a command inside, without SSH. Returns its standard output without the last newline. */
  async look(...command: string[]): Promise<string> {
    return (await this.host.exec(command)).stdout.trimEnd();
  }

  /** Generation of the running nginx: `generation ...`. */
  async generation(): Promise<string> {
    const answer = await this.look("bash", "-c", `exec 3<>/dev/tcp/127.0.0.1/${generationPort} && cat <&3`);
    return answer.replace(/ worker \d+$/, "");
  }

  /** Master and workers, by id. */
  nginxProcesses(): Promise<string> {
    return this.look("pgrep", "-a", "nginx");
  }

  /** The same, once the workers of an earlier reload have ended. */
  async stableProcesses(): Promise<string> {
    for (let last = ""; ; await sleep(300)) {
      const now = await this.nginxProcesses();
      if (now === last) return now;
      last = now;
    }
  }

  /** Cuts the power in the middle of anything, and starts the machine again. */
  async powerCut(): Promise<void> {
    await this.host.stop();
    // The kept connection does not notice yet that the machine is gone.
    await this.disconnect();
    await this.host.start();
  }

  /** Breaks the connection over which scripts run. */
  async disconnect(): Promise<void> {
    await runCommand([...this.#ssh(), "-O", "exit"]);
  }

  /** Differences from the mark, except what any package manager leaves. */
  async changes(): Promise<string[]> {
    const changes = await this.host.changes();
    return changes.filter(({ path }) => !isTraceOfPackageManager(path)).map(({ kind, path }) => `${kind} ${path}`);
  }

  #ssh(): string[] {
    const { name, address, user, port, hostKey } = this.host;
    const known = join(this.#sandbox.folder, `known-${name}`);
    writeFileSync(known, `${port === 22 ? address : `[${address}]:${port}`} ${hostKey}\n`);
    const options = [
      `UserKnownHostsFile=${known}`,
      "StrictHostKeyChecking=yes",
      "BatchMode=yes",
      // One connection for many scripts, which saves most of a short script's time.
      "ControlMaster=auto",
      "ControlPersist=30",
      `ControlPath=${join(this.#sandbox.folder, `ssh-${name}`)}`,
    ];
    const sshArgs = ["ssh", "-F", "none", "-T", "-i", this.#sandbox.privateKeyFile, "-p", String(port)];
    return [...sshArgs, ...options.flatMap((option) => ["-o", option]), `${user}@${address}`];
  }
}

const nginxDefaults: NginxScriptArgs = {
  listeners: [],
  options: defaultNginxOptions,
  package: "distribution",
  certificates: [],
};

/** Output of `generation` when Debian 12's nginx runs these listeners. */
export function generationOf(listeners: readonly Listener[]): string {
  const template = renderNginxConfig({ listeners, options: defaultNginxOptions, logs: "files" });
  const { generation } = fillNginxTemplate(template, {
    nginx: "1.22.1",
    openssl: "3.0.0",
    workerUser: "www-data",
    loadModules: "include /etc/nginx/modules-enabled/*.conf;",
    resolvers: "",
  });
  return `generation ${generation}`;
}

/** Two listeners on the given ports. Another upstream makes another configuration. */
export function listeners(upstream: string, ports: readonly [number, number] = [80, 443]): Listener[] {
  const [http, https] = ports;
  const passThrough = (name: string, port: number, upstreamPort: number): Listener => ({
    layer: 4,
    name,
    port,
    upstreams: [{ address: upstream, port: upstreamPort }],
    proxyProtocol: false,
  });
  return [passThrough("http", http, 80), passThrough("https", https, 443)];
}
