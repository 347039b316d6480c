import { setTimeout as sleep } from "node:timers/promises";
import { checkThroughBalancer } from "../../../rehearsal/checks.ts";
import type { Rehearsed } from "./rehearsed.ts";

/**
 * What the checks of a rehearsal found wrong, through every balancer host; empty when all of them passed.
 *
 * @param nodes Names of the servers the balancers lead to.
 */
export async function failedChecks(
  rehearsed: Pick<Rehearsed, "hosts" | "hostname" | "authority">,
  nodes: readonly string[],
  caCertificate = rehearsed.authority.certificate,
): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, address } of rehearsed.hosts) {
    const results = await checkThroughBalancer({ hostname: rehearsed.hostname, address, caCertificate, nodes });
    if (results.length === 0) failed.push(`${name}: nothing was checked`);
    failed.push(...results.filter(({ passed }) => !passed).map((result) => `${name}: ${result.name}: ${result.seen}`));
  }
  return failed;
}

/** The same, made again for ten seconds until none fails: played controllers look every 2 s. */
export async function lastFailedChecks(...asked: Parameters<typeof failedChecks>): Promise<string[]> {
  let failed = await failedChecks(...asked);
  for (const until = Date.now() + 10_000; failed.length > 0 && Date.now() < until;) {
    await sleep(500);
    failed = await failedChecks(...asked);
  }
  return failed;
}
