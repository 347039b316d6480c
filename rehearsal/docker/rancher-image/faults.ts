import { lookup } from "node:dns/promises";

/**
 * How a fake server fails, given as REHEARSAL_RANCHER in the image or to the container:
 * - `never-ready`: runs and opens no port, as one that waits for something forever;
 * - `unhealthy`: answers, and says it is not well;
 * - `crashing`: ends soon after each start;
 * - `fails-when-served`, `ends-when-served`: well on trial, and `unhealthy` or `crashing` as the container that is called
 *   `rancher` in its network.
 */
export const faults = ["never-ready", "unhealthy", "crashing", "fails-when-served", "ends-when-served"] as const;
export type Fault = (typeof faults)[number];

const whenServed = { "fails-when-served": "unhealthy", "ends-when-served": "crashing" } as const;

/** @throws for a word that is none */
export async function faultOf(
  word: string | undefined,
  isKnown: (name: string) => Promise<boolean> = isName,
): Promise<Exclude<Fault, keyof typeof whenServed> | undefined> {
  if (word === undefined || word === "") return undefined;
  const fault = faults.find((each) => each === word);
  if (fault === undefined) throw new Error(`REHEARSAL_RANCHER is ${word}; it can be ${faults.join(", ")}`);
  if (fault !== "fails-when-served" && fault !== "ends-when-served") return fault;
  return (await isKnown("rancher")) ? whenServed[fault] : undefined;
}

async function isName(name: string): Promise<boolean> {
  return lookup(name).then(
    () => true,
    () => false,
  );
}
