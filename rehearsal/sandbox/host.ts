import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Suite } from "./apt-sources.ts";
import { runCommand, type CommandResult } from "./command.ts";
import { writeHostFiles } from "./host-files.ts";
import { startHostProcess, type HostProcess } from "./host-process.ts";
import type { Ledger } from "./ledger.ts";
import type { SandboxNetwork } from "./network.ts";
import { fillPackageLayer, keepPackages } from "./package-pool.ts";
import { fillServiceLayer } from "./service-layer.ts";
import { isAlive } from "./process-identity.ts";
import { changesBetween, takeSnapshot, type Change, type Snapshot } from "./tree-changes.ts";

/** A host to be made. */
export interface HostSpec {
  readonly name: string;
  /** Signs in with the world's key. */
  readonly user: string;
  /** Port of its sshd. */
  readonly port: number;
  /** @default "bookworm" */
  readonly suite?: Suite;
  /** Whether sudo asks the user for a password, which no one knows. @default "free" */
  readonly sudo?: "free" | "password";
  /** A folder of this machine that the host sees under the same path, and may write to. @default none */
  readonly shared?: string;
}

/** A Debian server with an sshd, apt and services, in namespaces of this machine. */
export interface Host {
  readonly name: string;
  readonly address: string;
  readonly user: string;
  readonly port: number;
  /** `ssh-ed25519 AAAA...` */
  readonly hostKey: string;
  /** The host's files as this machine reaches them, while it runs. Absolute links in it lead to this machine's files. */
  readonly root: string;
  /** Words to put before a command, so that it runs inside as root, while the host runs. */
  readonly enter: readonly string[];
  /** Runs a command inside, without SSH: for checks. @throws when the host is stopped */
  exec(command: readonly string[], options?: { stdin?: string; user?: string }): Promise<CommandResult>;
  /** Cuts the power: ends PID 1 and so all of the host. Files stay. */
  stop(): Promise<void>;
  /** Starts it again, with its services; resolves when its sshd answers. */
  start(): Promise<void>;
  /** Drops every packet from and to the host, without a word to the sender. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Remembers the host's files for `changes`. The first start is the first mark. */
  mark(): Promise<void>;
  /** What differs from the mark, by content: apt's caches and logs too. Not /run, /proc and the like. */
  changes(): Promise<Change[]>;
}

/** What a world gives its hosts. */
export interface HostSurroundings {
  readonly ledger: Ledger;
  readonly network: SandboxNetwork;
  readonly debianRoot: string;
  readonly authorizedKey: string;
  /** A folder for this host alone. */
  readonly folder: string;
  readonly address: string;
}

/** Makes a host and starts it; resolves when its sshd answers. */
export async function makeHost(spec: HostSpec, around: HostSurroundings): Promise<Host> {
  const { ledger, network, debianRoot, folder, address } = around;
  const { name, user, port, suite = "bookworm", sudo = "free" } = spec;
  const upper = join(folder, "upper");
  // Between Debian's root and the host's own layer: what hosts have in common, put together for this one.
  const commonLayer = join(folder, "common");
  const lowers = [commonLayer, debianRoot];
  // Its mode is that of the host's "/".
  await mkdir(upper, { recursive: true, mode: 0o755 });
  await fillServiceLayer(commonLayer);
  await fillPackageLayer(suite, commonLayer);
  await writeFile(join(folder, "authorized_keys"), `${around.authorizedKey}\n`, { mode: 0o600 });
  const hostKey = await writeHostFiles(upper, network.subnet, { name, address, user, port, sudo });

  let running: HostProcess | undefined;
  let marked: Snapshot = new Map();
  const process = (): HostProcess => {
    if (running !== undefined && isAlive(running.init)) return running;
    throw new Error(`host ${name} is stopped; start it first`);
  };
  const snapshot = (): Snapshot => takeSnapshot({ upper, lowers, merged: host.root });
  const host: Host = {
    name,
    address,
    user,
    port,
    hostKey,
    get root() {
      return `/proc/${process().init.pid}/root`;
    },
    get enter() {
      return ["nsenter", "--target", String(process().init.pid), "--all", "--root", "--wd", "--"];
    },
    exec: (command, options = {}) => {
      const as = options.user === undefined ? [] : ["runuser", "-u", options.user, "--"];
      const env = {
        PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        LANG: "C.UTF-8",
        HOME: "/root",
      };
      const { stdin } = options;
      return runCommand([...host.enter, ...as, ...command], { env, ...(stdin === undefined ? {} : { stdin }) });
    },
    stop: async () => {
      await running?.end();
      running = undefined;
      await keepPackages(suite, upper);
    },
    start: async () => {
      if (running !== undefined && isAlive(running.init)) return;
      await running?.end();
      const shared = spec.shared === undefined ? {} : { shared: spec.shared };
      running = await startHostProcess(ledger, network, { name, user, address, folder, layers: lowers, ...shared });
      await sshAnswers(address, port, running, folder);
    },
    freeze: () => network.silence(address, true),
    thaw: () => network.silence(address, false),
    mark: () => Promise.resolve().then(() => void (marked = snapshot())),
    changes: () => Promise.resolve().then(() => changesBetween(marked, snapshot(), lowers)),
  };
  await host.start();
  await host.mark();
  return host;
}

/** Waits until the host's sshd says its name. */
async function sshAnswers(address: string, port: number, host: HostProcess, folder: string): Promise<void> {
  for (const until = Date.now() + 10_000; Date.now() < until && isAlive(host.init); await sleep(10)) {
    if (await saysSsh(address, port)) return;
  }
  const log = `/proc/${host.init.pid}/root/run/log/small-systemctl/ssh.service.log`;
  const said = [log, join(folder, "console.log")].filter(existsSync).map((path) => readFileSync(path, "utf8").trim());
  throw new Error(`no sshd answered at ${address}:${port} within 10 s. The host said: ${said.join("\n") || "nothing"}`);
}

function saysSsh(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port, timeout: 1000 });
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("data", (data) => end(data.toString("latin1").startsWith("SSH-"))());
    socket.once("error", end(false)).once("timeout", end(false)).once("close", end(false));
  });
}
