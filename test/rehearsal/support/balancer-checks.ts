import { checkThroughBalancer, lastChecksThroughBalancer } from "../../../rehearsal/checks.ts";
import type { Rehearsed } from "./rehearsed.ts";

/** Address of a balancer: a host's address, or a floating one. */
type Endpoint = Pick<Rehearsed["hosts"][number], "name" | "address">;

/**
 * Failed checks of a rehearsal, through every balancer host; empty when all of them passed.
 *
 * @param nodes Names of the servers behind the balancers.
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

/** The same, repeated until none fails, as a rehearsal does. */
export function lastFailedChecks(
  rehearsed: Parameters<typeof failedChecks>[0],
  nodes: readonly string[],
  caCertificate?: string,
): Promise<string[]> {
  return failedChecks(rehearsed, nodes, caCertificate, lastChecksThroughBalancer);
}
