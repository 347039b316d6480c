import { existsSync, readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Suite } from "./packages/apt-sources.ts";
import { runCommand, type CommandResult } from "./command.ts";
import { writeHostFiles } from "./host-files.ts";
import { startHostProcess, type HostProcess } from "./host-process.ts";
import type { Ledger } from "./ledger.ts";
import type { SandboxNetwork } from "./network.ts";
import { fillPackageLayer, keepPackages } from "./packages/package-pool.ts";
import { fillServiceLayer } from "./service-layer.ts";
import { isAlive } from "./process-identity.ts";
import { changesBetween, takeSnapshot, type Change, type Snapshot } from "./tree-changes.ts";

/** Description of a host. */
export interface HostSpec {
  readonly name: string;
  /** The user that the sandbox's SSH key signs in as. */
  readonly user: string;
  /** Port of its sshd. */
  readonly port: number;
  /** @default "bookworm" */
  readonly suite?: Suite;
  /** Whether sudo asks for a password (the user has none). @default "free" */
  readonly sudo?: "free" | "password";
  /** A folder of this machine that is mounted on the host at the same path, writable. @default none */
  readonly shared?: string;
}

/** A Debian server with sshd, apt and services, in namespaces of this machine. */
export interface Host {
  readonly name: string;
  readonly address: string;
  readonly user: string;
  readonly port: number;
  /** `ssh-ed25519 AAAA...` */
  readonly hostKey: string;
  /** The running host's files, as a path of this machine. Absolute links in it resolve to this machine's files. */
  readonly root: string;
  /** Prefix of a command that runs on the running host as root. */
  readonly enter: readonly string[];
  /** Runs a command on the host without SSH, for checks. @throws when the host is stopped */
  exec(command: readonly string[], options?: { stdin?: string | Readable; user?: string }): Promise<CommandResult>;
  /** Cuts the power: kills PID 1 and so every process of the host. Files stay. */
  stop(): Promise<void>;
  /** Starts the host and its services; resolves when its sshd answers. */
  start(): Promise<void>;
  /** Silently drops every packet from and to the host. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Records the host's files for `changes`. The first start sets the first mark. */
  mark(): Promise<void>;
  /** Differences from the mark, by content, with apt's caches and logs but without /run, /proc and the like. */
  changes(): Promise<Change[]>;
}

/** What a sandbox provides to its hosts. */
export interface HostSurroundings {
  readonly ledger: Ledger;
  readonly network: SandboxNetwork;
  readonly debianRoot: string;
  readonly authorizedKey: string;
  /** A folder for this host only. */
  readonly folder: string;
  readonly address: string;
}

/** Creates a host and starts it; resolves when its sshd answers. */
export async function makeHost(spec: HostSpec, around: HostSurroundings): Promise<Host> {
  const { ledger, network, debianRoot, folder, address } = around;
  const { name, user, port, suite = "bookworm", sudo = "free" } = spec;
  const upper = join(folder, "upper");
  // Between Debian's root and the host's own layer: the service manager and the cached packages.
  const commonLayer = join(folder, "common");
  const lowers = [commonLayer, debianRoot];
  // This is also the mode of the host's "/".
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

/** Waits until the host's sshd sends its banner. */
async function sshAnswers(address: string, port: number, host: HostProcess, folder: string): Promise<void> {
  for (const until = Date.now() + 10_000; Date.now() < until && isAlive(host.init); await sleep(10)) {
    if (await sendsSshBanner(address, port)) return;
  }
  const log = `/proc/${host.init.pid}/root/run/log/small-systemctl/ssh.service.log`;
  const logs = [log, join(folder, "console.log")].filter(existsSync).map((path) => readFileSync(path, "utf8").trim());
  throw new Error(`no sshd answered at ${address}:${port} within 10 s. Log of the host: ${logs.join("\n") || "empty"}`);
}

function sendsSshBanner(address: string, port: number): Promise<boolean> {
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
