import { setTimeout as sleep } from "node:timers/promises";

/** Results of a fixed-rate client's requests. */
export interface FixedRateResult {
  readonly sent: number;
  /** What went wrong, one line for each request that failed. */
  readonly failures: readonly string[];
  /** Milliseconds from when a request was due, ascending, including failed requests. */
  readonly times: readonly number[];
  /** The last of `times`. */
  readonly slowest: number;
}

/**
 * Sends requests at a fixed rate, whatever the responses: a client that waits for one response before the next request
 * hides how many would have been delayed meanwhile. Times count from the moment a request was due.
 *
 * @param ask Rejects if the request failed. Limits its own time.
 */
export async function askAtFixedRate(
  load: { readonly requests: number; readonly perSecond: number },
  ask: (index: number) => Promise<void>,
): Promise<FixedRateResult> {
  const { requests, perSecond } = load;
  const failures: string[] = [];
  const times: number[] = [];
  const start = performance.now();
  const asked = Array.from({ length: requests }, async (_, index) => {
    const due = start + (index * 1000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    try {
      await ask(index);
    } catch (error) {
      failures.push(`request ${index}: ${(error as Error).message}`);
    }
    times.push(performance.now() - due);
  });
  await Promise.all(asked);
  times.sort((one, other) => one - other);
  return { sent: requests, failures, times, slowest: times.at(-1) ?? 0 };
}
