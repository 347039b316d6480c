import { hostname, layer4, layer7, type PlacedCertificate } from "../../load-balancer/support/balanced.ts";
import { rendered } from "../../load-balancer/support/rendered.ts";
import type { BenchMachine } from "./bench-machine.ts";
import { answersItself, oneWorker, usualMap } from "./comparisons.ts";
import { median, ratioFigure, type Figure } from "./figure.ts";
import { measureInTurns, nginxSide, ratios, type Effort, type Served } from "./turns.ts";

/** Clients over TLS that keep their connections: what a request costs the load balancer. */
export async function benchSteadyLoad(
  machine: BenchMachine,
  certificate: PlacedCertificate,
  effort: Effort,
): Promise<Figure[]> {
  const url = `https://${hostname}/`;
  const seven = oneWorker(rendered([layer7([machine.plain], certificate)]));
  const four = oneWorker(rendered([layer4([machine.tls])]));
  const served = await measureInTurns(
    machine,
    {
      layer7: nginxSide(machine, { name: "layer 7", url, template: seven }),
      closing: nginxSide(machine, { name: "layer 7, '' close", url, template: usualMap(seven) }),
      ceiling: nginxSide(machine, { name: "return 200", url, template: answersItself(seven) }),
      layer4: nginxSide(machine, { name: "layer 4", url, template: four }),
    },
    effort,
  );
  const { layer7: ours, closing, ceiling } = served;
  const failed = Object.values(served)
    .flat()
    .reduce((sum, turn) => sum + turn.failed, 0);
  return [
    ratioFigure({
      what: "CPU per request, layer 7, against '' close",
      ratios: ratios(ours, closing, "cpuPerRequest"),
      bound: { atMost: 0.4 },
      beside: costs(ours, closing),
    }),
    ratioFigure({
      what: "CPU per request, layer 7, against return 200",
      ratios: ratios(ours, ceiling, "cpuPerRequest"),
      bound: { atMost: 2.2 },
      beside: costs(ours, ceiling),
    }),
    ratioFigure({
      what: "CPU per request, layer 4, against return 200",
      ratios: ratios(served.layer4, ceiling, "cpuPerRequest"),
      bound: { atMost: 1.4 },
      beside: costs(served.layer4, ceiling),
    }),
    { what: "requests that failed in all of these", reached: String(failed), wanted: "0", ok: failed === 0 },
  ];
}

function costs(one: readonly Served[], other: readonly Served[]): string {
  return `${cost(one)} against ${cost(other)}`;
}

function cost(turns: readonly Served[]): string {
  return `${median(turns.map(({ cpuPerRequest }) => cpuPerRequest)).toFixed(1)} us`;
}
