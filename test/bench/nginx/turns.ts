import { setTimeout as sleep } from "node:timers/promises";
import { processors, type BenchMachine } from "./bench-machine.ts";
import { failedIn, readWrk, wrkArguments } from "./wrk.ts";

/** One way to serve the same requests. */
export interface Side {
  readonly name: string;
  readonly url: string;
  /** Whether every request uses a new connection. @default false */
  readonly fresh?: boolean;
  /** Starts the server and returns the processes that do the work. */
  start(): Promise<readonly number[]>;
  stop(): Promise<void>;
}

/** Result of one turn of a side. */
export interface Served {
  readonly perSecond: number;
  /** Microseconds of the load balancer's processor. */
  readonly cpuPerRequest: number;
  /** Requests without a successful response. */
  readonly failed: number;
}

export interface Effort {
  readonly rounds: number;
  /** Seconds of a turn that are measured. */
  readonly seconds: number;
}

/** Connections of the client. */
export const clients = 50;

/**
 * Measures several sides in turns, so that a noisy machine disturbs them equally. Every turn restarts the side, warms
 * it up, and then measures. Returns each side's turns in the order of the rounds.
 */
export async function measureInTurns<Name extends string>(
  machine: BenchMachine,
  sides: Readonly<Record<Name, Side>>,
  effort: Effort,
): Promise<Readonly<Record<Name, readonly Served[]>>> {
  const turns = Object.entries<Side>(sides).map(([name, side]) => ({ name, side, found: [] as Served[] }));
  for (let round = 0; round < effort.rounds; round++) {
    for (const { side, found } of turns) found.push(await measure(machine, side, effort.seconds));
  }
  return Object.fromEntries(turns.map(({ name, found }) => [name, found])) as Record<Name, Served[]>;
}

/** One side's measure relative to another's, round by round: what disturbs a round disturbs both. */
export function ratios(
  one: readonly Served[],
  other: readonly Served[],
  measure: "perSecond" | "cpuPerRequest",
): number[] {
  return one.map((served, round) => served[measure] / (other[round]?.[measure] ?? NaN));
}

async function measure(machine: BenchMachine, side: Side, seconds: number): Promise<Served> {
  const pids = await side.start();
  const load = { url: side.url, connections: clients, fresh: side.fresh ?? false };
  await machine.run(wrkArguments({ ...load, seconds: 1 }));
  await sleep(200); // Connections of the warm-up close.
  const cpu = await machine.processorSeconds(pids);
  const result = readWrk(await machine.run(wrkArguments({ ...load, seconds })));
  const cpuAfter = await machine.processorSeconds(pids);
  if (result.requests === 0)
    throw new Error(`${side.name} served nothing: ${(await machine.errors()).slice(-3).join("; ")}`);
  await side.stop();
  return {
    perSecond: result.perSecond,
    cpuPerRequest: ((cpuAfter - cpu) / result.requests) * 1e6,
    failed: failedIn(result),
  };
}

/** A side that is nginx with this template, on the load balancer's processor. */
export function nginxSide(
  machine: BenchMachine,
  what: { readonly name: string; readonly url: string; readonly fresh?: boolean; readonly template: string },
): Side {
  return {
    ...what,
    start: async () => {
      await machine.start(machine.fill(what.template), processors.balancer);
      return (await machine.processes()).workers;
    },
    stop: machine.stop,
  };
}
