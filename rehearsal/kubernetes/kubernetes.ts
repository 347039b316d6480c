import { mkdir, rm } from "node:fs/promises";
import path from "node:path";

import { KubeConfig } from "@kubernetes/client-node";

import { tool } from "../../tools/toolbox.mjs";
import { type ComponentName, planControlPlane } from "./control-plane.ts";
import { prepare, waitUntilServing } from "./prepare.ts";
import type { IngressController } from "./ingress-controller.ts";
import type { NodeAddress } from "./nodes.ts";
import { startTethered, type TetheredProcess } from "./tethered-process.ts";

export interface KubernetesOptions {
  /** Folder of certificates, data and logs; created with mode 0700. It must not have an earlier Kubernetes. */
  readonly folder: string;
  /** At least one; they are Ready when this returns. */
  readonly nodes: readonly NodeAddress[];
  /** @default "traefik" */
  readonly ingressController?: IngressController;
  readonly progress: (line: string) => void;
  /** Aborts and ends every started process. */
  readonly signal?: AbortSignal;
}

/** A running Kubernetes: a real control plane, with kwok in place of every kubelet. */
export interface Kubernetes {
  /** The administrator's kubeconfig: a secret. */
  readonly kubeconfig: string;
  /** `https://127.0.0.1:PORT`; reachable from this machine only. */
  readonly apiServer: string;
  /** `v1.34.1` */
  readonly version: string;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
  /** Resolves when a component ends before `stop`, with an error that has its name and last lines. */
  readonly failed: Promise<Error>;
  /** Ends every process and removes certificates and data; the logs stay. Idempotent. */
  stop(): Promise<void>;
}

const stores = ["etcd", "kube-apiserver"] as const;
const controllers = ["kube-controller-manager", "kube-scheduler", "kwok"] as const;

/** Timeout of the start; measured: 5 to 8 s on two cores. */
const startTimeout = 120_000;

/**
 * Starts etcd, API server, controller manager, scheduler and kwok on free loopback ports, with a new PKI. Returns when
 * every node is Ready. The processes end with this one, even on SIGKILL.
 *
 * @throws when a component ends early (its name, its last lines), when it takes longer than two minutes, or when aborted.
 */
export async function startKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
  const { folder, nodes, progress } = options;
  const [firstNode] = nodes;
  if (!firstNode) throw new Error("Kubernetes needs at least one node.");
  const deadline = AbortSignal.timeout(startTimeout);
  const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
  signal.throwIfAborted();

  for (const name of [...stores, ...controllers]) await tool(name, { progress });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const plan = await planControlPlane(folder, firstNode.address);
  const running: TetheredProcess[] = [];
  const stop = async () => {
    await Promise.all(running.map((component) => component.kill()));
    await Promise.all(["pki", "etcd"].map((name) => rm(path.join(folder, name), { recursive: true, force: true })));
  };

  const start = async (names: readonly ComponentName[]) => {
    for (const name of names) {
      const { path: command } = await tool(name, { progress });
      const logFile = path.join(folder, `${name}.log`);
      // HOME: otherwise kwok reads the user's ~/.kwok/kwok.yaml.
      const env = { HOME: folder, TMPDIR: folder };
      running.push(await startTethered({ name, command, args: plan.args[name], logFile, env }));
    }
  };
  const endedEarly = () => Promise.race(running.map((component) => component.ended));
  const unlessOneEnds = <T>(work: Promise<T>) =>
    Promise.race([work, endedEarly().then((error) => Promise.reject<T>(error))]);

  try {
    const client = new KubeConfig();
    client.loadFromString(plan.kubeconfig);
    progress("starting etcd and the API server");
    await start(stores);
    const version = await unlessOneEnds(waitUntilServing(client, signal));
    progress(`Kubernetes ${version} answers at ${plan.apiServer}; starting its controllers and ${nodes.length} nodes`);
    await start(controllers);
    await unlessOneEnds(prepare(client, { ...options, version, signal }));
    progress(`${nodes.length} nodes are Ready`);
    return {
      kubeconfig: plan.kubeconfig,
      apiServer: plan.apiServer,
      version,
      processes: running.map(({ name, pid }) => ({ name, pid })),
      failed: endedEarly(),
      stop,
    };
  } catch (error) {
    await stop();
    if (!deadline.aborted || options.signal?.aborted) throw error;
    const logs = path.join(folder, "*.log");
    throw new Error(`Kubernetes was not ready within ${startTimeout / 1000} s. See ${logs}.`, { cause: error });
  }
}
