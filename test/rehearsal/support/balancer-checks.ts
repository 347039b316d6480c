import { checkThroughBalancer, lastChecksThroughBalancer } from "../../../rehearsal/checks.ts";
import type { Rehearsed } from "./rehearsed.ts";

/** Where a balancer is reached: at a host's address, or at one that moves. */
type Endpoint = Pick<Rehearsed["hosts"][number], "name" | "address">;

/**
 * What the checks of a rehearsal found wrong, through every balancer host; empty when all of them passed.
 *
 * @param nodes Names of the servers the balancers lead to.
 */
export async function failedChecks(
  rehearsed: Pick<Rehearsed, "hostname" | "authority"> & { readonly hosts: readonly Endpoint[] },
  nodes: readonly string[],
  caCertificate = rehearsed.authority.certificate,
  look = checkThroughBalancer,
): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, address } of rehearsed.hosts) {
    const results = await look({ hostname: rehearsed.hostname, address, caCertificate, nodes });
    if (results.length === 0) failed.push(`${name}: nothing was checked`);
    failed.push(...results.filter(({ passed }) => !passed).map((result) => `${name}: ${result.name}: ${result.seen}`));
  }
  return failed;
}

/** The same, made again until none fails, as a rehearsal does. */
export function lastFailedChecks(
  rehearsed: Parameters<typeof failedChecks>[0],
  nodes: readonly string[],
  caCertificate?: string,
): Promise<string[]> {
  return failedChecks(rehearsed, nodes, caCertificate, lastChecksThroughBalancer);
}
