import { hostname, layer4 } from "../../load-balancer/support/balanced.ts";
import { rendered } from "../../load-balancer/support/rendered.ts";
import type { BenchMachine } from "./bench-machine.ts";
import { oneWorker } from "./comparisons.ts";
import { median, ratioFigure, type Figure } from "./figure.ts";
import { haproxySide, type Haproxy } from "./haproxy.ts";
import { measureInTurns, nginxSide, ratios, type Effort, type Served } from "./turns.ts";

/**
 * Layer 4 compared with HAProxy, each on one processor with one worker. Without TLS, which at layer 4 is up to the
 * clients and the upstream, and would make those the bottleneck.
 */
export async function benchHaproxyThroughput(
  machine: BenchMachine,
  haproxy: Haproxy,
  effort: Effort,
): Promise<Figure[]> {
  const url = `http://${hostname}/`;
  const listeners = [layer4([machine.plain], 80)];
  const template = oneWorker(rendered(listeners));
  const sides = (fresh: boolean) => ({
    ours: nginxSide(machine, { name: "layer 4", url, fresh, template }),
    other: haproxySide(haproxy, { url, fresh, listeners }),
  });
  const kept = await measureInTurns(machine, sides(false), effort);
  const fresh = await measureInTurns(machine, sides(true), effort);
  return [
    against("requests/s at layer 4 against HAProxy, kept connections", kept),
    against("requests/s at layer 4 against HAProxy, new connections", fresh),
  ];
}

function against(what: string, { ours, other }: Readonly<Record<"ours" | "other", readonly Served[]>>): Figure {
  return ratioFigure({
    what,
    ratios: ratios(ours, other, "perSecond"),
    bound: { atLeast: 0.85 },
    beside: `${rate(ours)} against ${rate(other)}`,
  });
}

function rate(turns: readonly Served[]): string {
  const perSecond = median(turns.map((turn) => turn.perSecond));
  const cost = median(turns.map((turn) => turn.cpuPerRequest));
  const failed = turns.reduce((sum, turn) => sum + turn.failed, 0);
  return `${perSecond.toFixed(0)}/s at ${cost.toFixed(1)} us${failed > 0 ? `, ${failed} failed` : ""}`;
}
