import { setTimeout as sleep } from "node:timers/promises";
import type { ControllerKind, RunningController } from "./ingress-controllers.ts";

export interface TrustRollout {
  readonly controller: ControllerKind;
  /** Reads the running controllers. May fail temporarily, like any API request. */
  readonly look: () => Promise<readonly RunningController[]>;
  readonly isLive: (running: readonly RunningController[]) => boolean;
  /** Called with the state whenever it changes. */
  readonly log: (line: string) => void;
  /** Seconds until it counts as failed. */
  readonly timeout: number;
  /** Seconds between two checks. */
  readonly pause: number;
}

/**
 * Waits until the ingress controller runs with the configured trust. The distribution applies a HelmChartConfig some
 * time after its creation, and then replaces the controller's pods one by one.
 *
 * @throws an error with the last state if the timeout passes.
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
      now = `the cluster cannot be queried: ${(error as Error).message}`;
    }
    if (now !== seen) log(`waiting for the ingress controller to trust the load balancer: ${now}`);
    seen = now;
    if (Date.now() >= until) {
      throw new Error(
        `the ingress controller does not trust the load balancer after ${timeout} s: ${seen}. ` +
          "Check kubectl -n kube-system get pods and the logs of the helm-install job, then run again",
      );
    }
    await sleep(pause * 1000);
  }
}

function describe(controller: ControllerKind, running: readonly RunningController[]): string {
  const ofKind = running.filter(({ kind }) => kind === controller);
  if (ofKind.length === 0) return `no ${controller} exists`;
  return ofKind
    .map(({ workload, namespace, name, rolledOut }) => {
      const state = rolledOut ? "does not trust it yet" : "is being replaced";
      return `${workload} ${namespace}/${name} ${state}`;
    })
    .join(", ");
}
