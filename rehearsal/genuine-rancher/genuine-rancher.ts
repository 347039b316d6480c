import { mkdir } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { AppsV1Api, CoreV1Api, KubeConfig } from "@kubernetes/client-node";

import type { Kubernetes } from "../kubernetes/kubernetes.ts";
import { orUndefined } from "../fakes/not-found.ts";
import { isAvailable } from "../fakes/pod-readiness.ts";
import { startReconciler } from "../fakes/reconciler.ts";
import type { Participant } from "../summary.ts";
import type { RancherBinary } from "./binary.ts";
import { openRelay } from "./relay.ts";
import { type RancherServer, startRancherServer } from "./server.ts";

/** A Rancher server that runs on this machine in place of the pods of the Deployment `rancher`. */
export interface GenuineRancher {
  /** Unix socket of its HTTP port. */
  readonly socket: string;
  /** The entry in the summary. */
  readonly participant: Participant;
  /**
   * Resolves when it answers.
   *
   * @throws if the server exits before it answers, or for the third time since, with its last lines; if it does not answer
   * within three minutes; if there is no Deployment.
   */
  ready(signal?: AbortSignal): Promise<void>;
  /** Ends the server. Idempotent. */
  close(): Promise<void>;
}

export interface GenuineRancherOptions {
  readonly binary: RancherBinary;
  readonly kubernetes: Pick<Kubernetes, "kubeconfig">;
  /** Folder of the socket, the log and the server's files; created with mode 0700. */
  readonly folder: string;
  /** Folders of helm and kubectl, to be added to Rancher's PATH. */
  readonly toolFolders: readonly string[];
  readonly progress: (line: string) => void;
  /** Timeout for a started server to answer, in milliseconds. @default three minutes */
  readonly timeout?: number;
}

const namespace = "cattle-system";
/** Maximum number of restarts. A kubelet has no such limit. */
const restarts = 2;
/** Timeout for the Deployment to have pods, in milliseconds. */
const deploymentTimeout = 30_000;

/**
 * Runs the server only while the Deployment `rancher` has available pods. Before that, the survey of an `up` would find a
 * Rancher that the stack did not install. Rancher reads the first password from the release's Secret `bootstrap-secret`,
 * so it is neither in the environment nor on the command line.
 *
 * @see https://github.com/rancher/rancher/blob/main/pkg/data/management/bootstrap_password.go
 */
export async function startGenuineRancher(options: GenuineRancherOptions): Promise<GenuineRancher> {
  const { binary, kubernetes, folder, toolFolders, progress, timeout } = options;
  const client = new KubeConfig();
  client.loadFromString(kubernetes.kubeconfig);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const relay = await openRelay(path.join(folder, "rancher.sock"));

  let server: RancherServer | undefined;
  let answers = false;
  let failure: Error | undefined;
  let ends = 0;

  const start = async () => {
    const begin = performance.now();
    const started = await startRancherServer({
      ...{ binary: binary.path, folder, kubeconfig: kubernetes.kubeconfig, toolFolders },
      ...(timeout !== undefined && { timeout }),
    });
    server = started;
    progress(`the genuine Rancher starts, process ${started.pid}; it logs to ${started.logFile}`);
    void started.answering.then(
      () => {
        if (server !== started) return;
        answers = true;
        relay.leadTo(started.port);
        progress(`the genuine Rancher answers after ${((performance.now() - begin) / 1000).toFixed(0)} s`);
      },
      async (error: Error) => {
        if (server !== started) return;
        failure = error;
        server = undefined;
        progress(error.message);
        await started.kill();
      },
    );
    void started.ended.then((error) => {
      // Before it answers, `answering` reports the failure. After `close` there is no failure.
      if (server !== started || !answers) return;
      halt();
      if (ends++ === restarts) failure = error;
      progress(failure ? error.message : `${error.message}\nIt is restarted, as by a kubelet.`);
    });
  };
  const halt = () => {
    server = undefined;
    answers = false;
    relay.leadTo(undefined);
  };

  const reconcile = async () => {
    const deployment = await orUndefined(
      client.makeApiClient(AppsV1Api).readNamespacedDeployment({ namespace, name: "rancher" }),
    );
    if (isAvailable(deployment)) {
      if (!server && !failure && (await hasPassword(client))) await start();
    } else if (server) {
      const ended = server;
      halt();
      await ended.kill();
      progress("the genuine Rancher is stopped: its Deployment has no pods");
    }
  };
  const reconciler = startReconciler({
    name: "genuine Rancher",
    client,
    paths: [`/apis/apps/v1/namespaces/${namespace}/deployments`, `/api/v1/namespaces/${namespace}/secrets`],
    reconcile,
    progress,
  });

  let closing: Promise<void> | undefined;
  const close = async () => {
    await reconciler.stop();
    const ended = server;
    halt();
    await ended?.kill();
    await relay.close();
  };
  return {
    socket: relay.socket,
    participant: { name: "Rancher", version: binary.version ?? "unknown", kind: "genuine", from: binary.path },
    ready: async (signal) => {
      const deadline = performance.now() + deploymentTimeout;
      while (!answers) {
        signal?.throwIfAborted();
        if (failure) throw failure;
        if (!server && performance.now() > deadline) {
          const fact = `no Deployment rancher with pods and a Secret bootstrap-secret in ${namespace}`;
          throw new Error(`the genuine Rancher was not started: there is ${fact}. Install Rancher first.`);
        }
        await sleep(50);
      }
    },
    close: () => (closing ??= close()),
  };
}

async function hasPassword(client: KubeConfig): Promise<boolean> {
  const secret = await orUndefined(
    client.makeApiClient(CoreV1Api).readNamespacedSecret({ namespace, name: "bootstrap-secret" }),
  );
  return secret?.data?.["bootstrapPassword"] !== undefined;
}
