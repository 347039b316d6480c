import { setTimeout as sleep } from "node:timers/promises";

/** How the genuine provider waits for the removal of a network or volume: helper/retry of Terraform's SDK. */
export interface Timeout {
  /** Delay before the first attempt. */
  readonly firstMs: number;
  /** Delay between attempts. */
  readonly betweenMs: number;
  readonly limitMs: number;
}

/** The genuine provider's values, for networks and volumes. */
export const genuineTimeout: Timeout = { firstMs: 2_000, betweenMs: 5_000, limitMs: 30_000 };

/**
 * Tries repeatedly to remove something.
 *
 * @param remove tries to remove it; returns the state that still prevents the removal, named as by the genuine provider.
 * @throws at the timeout
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
