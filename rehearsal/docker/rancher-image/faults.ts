import { lookup } from "node:dns/promises";

/**
 * How a fake server fails, set as REHEARSAL_RANCHER in the image or in the container:
 * - `never-ready`: runs but never opens a port;
 * - `unhealthy`: answers, but reports that it is unhealthy;
 * - `crashing`: exits soon after each start;
 * - `fails-when-served`, `ends-when-served`: healthy in an upgrade test, but `unhealthy` or `crashing` in a network with
 *   the name `rancher`.
 */
export const faults = ["never-ready", "unhealthy", "crashing", "fails-when-served", "ends-when-served"] as const;
export type Fault = (typeof faults)[number];

const whenServed = { "fails-when-served": "unhealthy", "ends-when-served": "crashing" } as const;

/** @throws for an unknown fault */
export async function faultOf(
  name: string | undefined,
  isKnown: (host: string) => Promise<boolean> = isName,
): Promise<Exclude<Fault, keyof typeof whenServed> | undefined> {
  if (name === undefined || name === "") return undefined;
  const fault = faults.find((each) => each === name);
  if (fault === undefined) throw new Error(`REHEARSAL_RANCHER is ${name}; it can be ${faults.join(", ")}`);
  if (fault !== "fails-when-served" && fault !== "ends-when-served") return fault;
  return (await isKnown("rancher")) ? whenServed[fault] : undefined;
}

async function isName(name: string): Promise<boolean> {
  return lookup(name).then(
    () => true,
    () => false,
  );
}
