import { setTimeout as sleep } from "node:timers/promises";

import { type KubeConfig, Watch } from "@kubernetes/client-node";

/** A background task of the rehearsal. */
export interface Stoppable {
  /** Resolves when the current round has ended. Idempotent. */
  stop(): Promise<void>;
}

/** Interval of rounds without an event, in milliseconds. */
const resync = 2000;
/** Pause before a watch is restarted, in milliseconds. A watch of a missing CRD ends immediately. */
const rewatch = 300;

/**
 * Calls `reconcile` at the start, after every change below `paths` and every two seconds; never twice at a time.
 * `reconcile` must read the current state, so missed or repeated events do no harm. An error is logged once per message,
 * and `reconcile` is called again.
 *
 * @param paths API paths to watch, such as `/apis/networking.k8s.io/v1/ingresses`; they need not exist yet.
 */
export function startReconciler(options: {
  readonly name: string;
  readonly client: KubeConfig;
  readonly paths: readonly string[];
  readonly reconcile: () => Promise<void>;
  readonly progress: (line: string) => void;
}): Stoppable {
  const { name, client, paths, reconcile, progress } = options;
  const stopped = new AbortController();
  const { signal } = stopped;
  let due = true;
  let wake = () => {};
  const changed = () => {
    due = true;
    wake();
  };

  const watches = new Map<string, AbortController>();
  const follow = async (path: string) => {
    while (!signal.aborted) {
      await new Promise<void>((resolve) => {
        new Watch(client)
          .watch(path, {}, changed, () => resolve())
          .then((watch) => (signal.aborted ? watch.abort() : watches.set(path, watch)))
          .catch(() => resolve());
      });
      await sleep(rewatch, undefined, { signal }).catch(() => {});
    }
  };

  let lastComplaint = "";
  const work = async () => {
    while (!signal.aborted) {
      due = false;
      try {
        await reconcile();
        lastComplaint = "";
      } catch (error) {
        const complaint = error instanceof Error ? error.message : String(error);
        if (complaint !== lastComplaint && !signal.aborted) progress(`${name}: ${complaint} (trying again)`);
        lastComplaint = complaint;
      }
      await new Promise<void>((resolve) => {
        if (due || signal.aborted) return resolve();
        const timer = setTimeout(resolve, resync);
        wake = () => (clearTimeout(timer), resolve());
      });
    }
  };

  const ended = Promise.all([work(), ...paths.map(follow)]);
  return {
    stop: async () => {
      stopped.abort();
      for (const watch of watches.values()) watch.abort();
      wake();
      await ended;
    },
  };
}
