import { setTimeout as sleep } from "node:timers/promises";
import { hostname, layer4, layer7, type PlacedCertificate } from "../../load-balancer/support/balanced.ts";
import { rendered } from "../../load-balancer/support/rendered.ts";
import { processors, type BenchMachine } from "./bench-machine.ts";
import type { Figure } from "./figure.ts";
import { clients } from "./turns.ts";
import { failedIn, readWrk, wrkArguments, type WrkResult } from "./wrk.ts";

const seconds = 8;
const reloads = 14;
/** New connections that a figure must be based on. */
const enough = 100_000;
/** Rounds of eight seconds after which fewer connections are accepted. */
const most = 8;

interface Loaded extends WrkResult {
  /** Reloads that were made meanwhile. */
  readonly reloads: number;
}

/** Fourteen reloads in eight seconds under load: the effect on new connections and on kept ones. */
export async function benchReloads(machine: BenchMachine, certificate: PlacedCertificate): Promise<Figure[]> {
  const seven = machine.fill(rendered([layer7([machine.plain], certificate)]));
  const four = machine.fill(rendered([layer4([machine.plain], 80)]));
  const urls = { seven: `https://${hostname}/`, four: `http://${hostname}/` };

  const load = async (url: string, fresh: boolean): Promise<Loaded> => {
    const everywhere = Object.values(processors).join(",");
    const asking = machine.run(wrkArguments({ url, connections: clients, seconds, fresh }), everywhere);
    let over = false;
    const result = asking.finally(() => (over = true)).then(readWrk);
    let made = 0;
    for (; made < reloads && !over; made++) {
      await Promise.race([sleep((seconds * 1000) / (reloads + 1)), result]);
      await reload(machine);
    }
    return { ...(await result), reloads: made };
  };
  const fresh = async (url: string): Promise<{ made: number; failed: number; reloads: number }> => {
    const sum = { made: 0, failed: 0, reloads: 0 };
    for (let round = 0; round < most && sum.made < enough; round++) {
      const result = await load(url, true);
      sum.made += result.requests;
      sum.failed += failedIn(result);
      sum.reloads += result.reloads;
    }
    return sum;
  };
  const figure = (layer: string, { made, failed, reloads: times }: Awaited<ReturnType<typeof fresh>>): Figure => ({
    what: `${reloads} reloads in ${seconds} s, new connections, ${layer}`,
    reached: `${failed} failed of ${made}`,
    wanted: `0 failed of ${enough}`,
    ok: failed === 0 && made >= enough && times >= reloads,
    beside: `${times} reloads in all`,
  });

  await machine.start(four);
  const ofFour = await fresh(urls.four);
  await machine.start(seven);
  const ofSeven = await fresh(urls.seven);
  const kept = await load(urls.seven, false);
  const allowed = kept.reloads * clients;
  return [
    figure("layer 4", ofFour),
    figure("layer 7, TLS", ofSeven),
    {
      what: `${reloads} reloads in ${seconds} s, ${clients} kept connections, layer 7`,
      wanted: `<= ${allowed} resets, no wrong answer`,
      reached: `${kept.broken} resets, ${kept.wrong} wrong`,
      ok: kept.broken <= allowed && kept.wrong + kept.refused === 0,
      beside: `${kept.reloads} reloads, ${kept.requests} requests`,
    },
  ];
}

/** Makes nginx reload its configuration, and waits until no old worker accepts connections. */
async function reload(machine: BenchMachine): Promise<void> {
  const { master, workers } = await machine.processes();
  await machine.run(["kill", "-HUP", String(master)]);
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(20)) {
    const { workers: now } = await machine.processes();
    if (now.length > 0 && !now.some((pid) => workers.includes(pid))) return;
  }
  throw new Error(`nginx did not reload: ${(await machine.errors()).slice(-3).join("; ")}`);
}
