import { setTimeout as sleep } from "node:timers/promises";
import type { ControllerKind, RunningController } from "./ingress-controllers.ts";

export interface TrustRollout {
  readonly controller: ControllerKind;
  /** What runs right now. May fail: an API server has its moments. */
  readonly look: () => Promise<readonly RunningController[]>;
  readonly isLive: (running: readonly RunningController[]) => boolean;
  /** Hears how far it is, when that has changed. */
  readonly log: (line: string) => void;
  /** Seconds until it counts as failed. */
  readonly timeout: number;
  /** Seconds between two looks. */
  readonly pause: number;
}

/**
 * Waits until the ingress controller runs with the trust it was given: the distribution applies a HelmChartConfig some
 * time after it is there, and then replaces the controller's pods one by one.
 *
 * @throws what is seen when the time is over.
 */
export async function awaitTrust({ controller, look, isLive, log, timeout, pause }: TrustRollout): Promise<void> {
  const until = Date.now() + timeout * 1000;
  let seen = "";
  for (;;) {
    let now: string;
    try {
      const running = await look();
      if (isLive(running)) return;
      now = describe(controller, running);
    } catch (error) {
      now = `the cluster does not tell: ${(error as Error).message}`;
    }
    if (now !== seen) log(`waiting for the ingress controller to trust the load balancer: ${now}`);
    seen = now;
    if (Date.now() >= until) {
      throw new Error(
        `the ingress controller does not run with the trust in the load balancer after ${timeout} s: ${seen}. ` +
          "See why: kubectl -n kube-system get pods, and the logs of the helm-install job; then run again",
      );
    }
    await sleep(pause * 1000);
  }
}

function describe(controller: ControllerKind, running: readonly RunningController[]): string {
  const ofKind = running.filter(({ kind }) => kind === controller);
  if (ofKind.length === 0) return `no ${controller} is there`;
  return ofKind
    .map(({ workload, namespace, name, rolledOut }) => {
      const state = rolledOut ? "does not trust it yet" : "is being replaced";
      return `${workload} ${namespace}/${name} ${state}`;
    })
    .join(", ");
}
