import { setTimeout as sleep } from "node:timers/promises";

/** How the genuine provider waits for a network or volume to go: helper/retry of Terraform's SDK. */
export interface Timeout {
  /** Before the first try. */
  readonly firstMs: number;
  /** Between tries. */
  readonly betweenMs: number;
  readonly limitMs: number;
}

/** What the genuine provider has, for networks and volumes alike. */
export const genuineTimeout: Timeout = { firstMs: 2_000, betweenMs: 5_000, limitMs: 30_000 };

/**
 * Tries until the thing is removed.
 *
 * @param remove removes it; gives the name of what keeps it for now, as the genuine provider calls that state.
 * @throws once the patience is over
 */
export async function untilRemoved(remove: () => Promise<string | undefined>, timeout: Timeout): Promise<void> {
  const until = Date.now() + timeout.limitMs;
  await sleep(timeout.firstMs);
  for (;;) {
    const keeps = await remove();
    if (keeps === undefined) return;
    if (Date.now() + timeout.betweenMs > until) {
      const limit = `timeout: ${timeout.limitMs / 1000}s`;
      throw new Error(`timeout while waiting for state to become 'removed' (last state: '${keeps}', ${limit})`);
    }
    await sleep(timeout.betweenMs);
  }
}
