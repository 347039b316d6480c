import type { Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import type { Upstream } from "../../../components/load-balancer/listener.ts";
import { mustAnswer, type Target } from "../../load-balancer/support/clients/asking.ts";
import { hostname, layer4, layer7, type PlacedCertificate } from "../../load-balancer/support/balanced.ts";
import { askAtFixedRate, type FixedRateResult } from "../../load-balancer/support/clients/fixed-rate-client.ts";
import { rendered } from "../../load-balancer/support/rendered.ts";
import { startBackend } from "../../load-balancer/support/fakes/scripted-backend.ts";
import type { BenchMachine } from "./bench-machine.ts";
import { nginxDefaults } from "./comparisons.ts";
import type { Figure } from "./figure.ts";
import type { Haproxy } from "./haproxy.ts";

const load = { requests: 300, perSecond: 30 };
/** Milliseconds until a client gives up. */
const timeout = 20_000;
/** Milliseconds that the slowest request may take. */
const slowestAllowed = 2200;

/**
 * One of three backends drops every packet. Compares what clients notice with our configuration and with nginx's
 * defaults.
 */
export async function benchBlackHole(
  machine: BenchMachine,
  certificate: PlacedCertificate,
  sandbox: Sandbox,
  haproxy: Haproxy,
): Promise<Figure[]> {
  const lost = await sandbox.addNode({ name: "lost" });
  await lost.freeze();
  const backends = [
    await startBackend("one", sandbox.subnet.machine),
    await startBackend("two", sandbox.subnet.machine),
  ];
  const answering = backends.map(({ upstream }) => upstream);
  const upstreams: Upstream[] = [{ address: lost.address, port: 80 }, ...answering];
  const seven = rendered([layer7(upstreams, certificate)]);
  const four = rendered([layer4(upstreams, 80)]);
  const { address } = machine.host;
  const ask = (target: Target) => askAtFixedRate(load, async () => void (await mustAnswer(target, { timeout })));
  const tls = { address, port: 443, hostname, ca: certificate.ca };
  const plain = { address, port: 80, hostname };
  const through = async (template: string, target: Target): Promise<FixedRateResult> => {
    await machine.start(machine.fill(template));
    return ask(target);
  };

  const figures: Figure[] = [];
  for (const [layer, template, target] of [
    ["layer 7", seven, tls],
    ["layer 4", four, plain],
  ] as const) {
    const ours = await through(template, target);
    const defaults = await through(nginxDefaults(template), target);
    figures.push({
      what: `one of three backends black-holed, ${load.requests} requests, ${layer}`,
      wanted: `0 failed, <= ${slowestAllowed / 1000} s`,
      reached: outcome(ours),
      ok: ours.failures.length === 0 && ours.slowest <= slowestAllowed,
      beside: `nginx's defaults: ${outcome(defaults)}`,
    });
    if (layer === "layer 7") continue;
    await haproxy.start([layer4(upstreams, 80)]);
    const other = await ask(plain);
    await haproxy.stop();
    figures.push({
      what: "failover at layer 4 against HAProxy",
      wanted: "no slower",
      reached: outcome(ours),
      // Both wait for the same configured time. Anything below a tenth of a second is due to this machine.
      ok:
        ours.failures.length <= other.failures.length && ours.slowest <= Math.max(other.slowest, slowestAllowed - 100),
      beside: `HAProxy: ${outcome(other)}`,
    });
  }
  await Promise.all(backends.map((backend) => backend.die()));
  return figures;
}

function outcome({ failures, slowest }: FixedRateResult): string {
  return `${failures.length} failed, ${(slowest / 1000).toFixed(2)} s`;
}
