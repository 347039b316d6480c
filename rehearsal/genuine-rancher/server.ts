import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { freePorts } from "../kubernetes/free-ports.ts";
import { startTethered } from "../kubernetes/tethered-process.ts";

/** A Rancher server process. The rehearsal connects to it on loopback. */
export interface RancherServer {
  readonly pid: number;
  /** HTTP port. Rancher trusts X-Forwarded-Proto on it. */
  readonly port: number;
  readonly logFile: string;
  /** Resolves when `/ping` answers. Rejects when the server ends before that, or at the timeout. */
  readonly answering: Promise<void>;
  /** Resolves when the server has ended, with an error that has the exit status and the last lines of the log. */
  readonly ended: Promise<Error>;
  kill(): Promise<void>;
}

export interface RancherServerOptions {
  /** Absolute path. */
  readonly binary: string;
  /** Folder of its files and its log, mode 0700. */
  readonly folder: string;
  /** Kubeconfig of an administrator. */
  readonly kubeconfig: string;
  /** Folders of helm and kubectl, to be added to PATH. */
  readonly toolFolders: readonly string[];
  /** Timeout for `/ping` to answer, in milliseconds. @default three minutes; measured with Rancher 2.15.0: 16 s */
  readonly timeout?: number;
}

const defaultTimeout = 180_000;

/** Features that need running pods, or parts of Rancher that a rehearsal does not have. */
const features = "fleet=false,turtles=false,embedded-cluster-api=false";

/** Starts the process, which ends with this one. Await `answering` for its readiness. */
export async function startRancherServer(options: RancherServerOptions): Promise<RancherServer> {
  const { binary, folder, kubeconfig, toolFolders, timeout = defaultTimeout } = options;
  await mkdir(path.join(folder, "tmp"), { recursive: true, mode: 0o700 });
  const kubeconfigFile = path.join(folder, "kubeconfig");
  await writeFile(kubeconfigFile, kubeconfig, { mode: 0o600 });
  const [port = 0, httpsPort = 0] = await freePorts(2);
  const args = [
    ...["--kubeconfig", kubeconfigFile, "--k8s-mode", "external"],
    ...["--http-listen-port", String(port), "--https-listen-port", String(httpsPort)],
    ...["--features", features],
  ];
  // Rancher writes files to its working directory. `env` executes the server, so the process id is the server's.
  const server = await startTethered({
    name: "the Rancher server",
    command: "env",
    args: ["--chdir", folder, binary, ...args],
    logFile: path.join(folder, "rancher.log"),
    env: {
      PATH: [...toolFolders, process.env["PATH"] ?? ""].join(":"),
      HOME: folder,
      TMPDIR: path.join(folder, "tmp"),
      // Without it, Rancher requires files of its container image.
      CATTLE_DEV_MODE: "true",
      // The default is five minutes, after which the server exits: the API server cannot reach Rancher's extension,
      // because the pods behind its Service are simulated.
      AGGREGATION_REGISTRATION_TIMEOUT: "8760h",
    },
  });

  const waiting = new AbortController();
  const early = server.ended.then((error): void => {
    waiting.abort();
    throw error;
  });
  const late = async () => {
    if (await pings(port, timeout, waiting.signal)) return;
    if (waiting.signal.aborted) return early;
    const fact = `does not answer /ping after ${timeout / 1000} s`;
    throw new Error(`the Rancher server ${fact}. See ${server.logFile}.`);
  };
  const answering = Promise.race([late(), early]);
  // Callers may ignore these promises: no unhandled rejection.
  answering.catch(() => {});
  early.catch(() => {});
  return { pid: server.pid, port, logFile: server.logFile, answering, ended: server.ended, kill: () => server.kill() };
}

/** Polls `/ping` until it answers. Returns false at the timeout or when aborted. */
async function pings(port: number, timeout: number, signal: AbortSignal): Promise<boolean> {
  const deadline = performance.now() + timeout;
  while (performance.now() < deadline && !signal.aborted) {
    const asked = AbortSignal.any([signal, AbortSignal.timeout(5000)]);
    const answer = await fetch(`http://127.0.0.1:${port}/ping`, { signal: asked, redirect: "manual" })
      .then(async (answer) => (answer.ok ? (await answer.text()).trim() : ""))
      .catch(() => "");
    if (answer === "pong") return true;
    await sleep(50, undefined, { signal }).catch(() => {});
  }
  return false;
}
