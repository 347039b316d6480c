import { hostname, layer7, type PlacedCertificate } from "../../load-balancer/support/balanced.ts";
import { rendered } from "../../load-balancer/support/rendered.ts";
import type { BenchMachine } from "./bench-machine.ts";
import { usualMap } from "./comparisons.ts";
import type { Figure } from "./figure.ts";
import { clients } from "./turns.ts";
import { readWrk, wrkArguments } from "./wrk.ts";

/** Enough that the connections opened at the start do not matter. */
const enough = 200_000;

/** How many requests a connection to the upstream carries since nginx started, by the upstream's own counters. */
export async function benchUpstreamConnections(
  machine: BenchMachine,
  certificate: PlacedCertificate,
): Promise<Figure[]> {
  const template = rendered([layer7([machine.plain], certificate)]);
  const perConnection = async (text: string, requests: number): Promise<number> => {
    await machine.start(machine.fill(text));
    const before = await machine.counters();
    for (let made = 0; made < requests;) {
      const load = { url: `https://${hostname}/`, connections: clients, seconds: 3 };
      const more = readWrk(await machine.run(wrkArguments(load))).requests;
      if (more === 0) throw new Error(`nothing was served: ${(await machine.errors()).slice(-3).join("; ")}`);
      made += more;
    }
    const after = await machine.counters();
    // Without the request for the counters.
    return (after.requests - before.requests - 1) / (after.connections - before.connections - 1);
  };
  const ours = await perConnection(template, enough);
  const closing = await perConnection(usualMap(template), 1);
  return [
    {
      what: `requests per upstream connection, layer 7, ${clients} clients`,
      reached: ours.toFixed(0),
      wanted: ">= 1000",
      ok: ours >= 1000,
      beside: `the usual websocket map: ${closing.toFixed(1)}`,
    },
  ];
}
