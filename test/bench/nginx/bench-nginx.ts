import type { Suite } from "../../../rehearsal/sandbox/packages/apt-sources.ts";
import type { Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { startPhases } from "../../../rehearsal/phases.ts";
import { placeCertificate, type PlacedCertificate } from "../../load-balancer/support/balanced.ts";
import { makeBenchMachine, type BenchMachine } from "./bench-machine.ts";
import { inBenchSandbox } from "./bench-sandbox.ts";
import { benchBlackHole } from "./black-hole.ts";
import { figureTable, type Figure } from "./figure.ts";
import { benchHandshakes } from "./handshakes.ts";
import { benchHaproxyThroughput } from "./haproxy-throughput.ts";
import { makeHaproxy } from "./haproxy.ts";
import { benchIdleConnections } from "./idle-connections.ts";
import { benchIdleWebsocket } from "./idle-websocket.ts";
import { benchReloads } from "./reloads.ts";
import { benchSteadyLoad } from "./steady-load.ts";
import type { Effort } from "./turns.ts";
import { benchUnchangedRun } from "./unchanged-run.ts";
import { benchUpstreamConnections } from "./upstream-connections.ts";

type Row = (machine: BenchMachine, certificate: PlacedCertificate, sandbox: Sandbox) => Promise<Figure[]>;

/** Rows that depend on the versions of nginx and OpenSSL. They are measured with those of every Debian. */
const ofVersions = (effort: Effort): Readonly<Record<string, Row>> => ({
  "steady-load": (machine, certificate) => benchSteadyLoad(machine, certificate, effort),
  handshakes: (machine) => benchHandshakes(machine, effort.rounds),
});

/** In the order of the table. */
const rows: Readonly<Record<string, Row>> = {
  "upstream-connections": (machine, certificate) => benchUpstreamConnections(machine, certificate),
  ...ofVersions({ rounds: 5, seconds: 2 }),
  "black-hole": async (machine, certificate, sandbox) =>
    benchBlackHole(machine, certificate, sandbox, await makeHaproxy(machine)),
  reloads: (machine, certificate) => benchReloads(machine, certificate),
  "idle-connections": (machine, certificate) => benchIdleConnections(machine, certificate),
  haproxy: async (machine) => benchHaproxyThroughput(machine, await makeHaproxy(machine), { rounds: 3, seconds: 2 }),
  "unchanged-run": (_machine, _certificate, sandbox) => benchUnchangedRun(sandbox),
};

/** The row that mostly waits, so other rows are measured meanwhile. */
const waiting = "idle-websocket";

/** Rows that can be requested by name. */
export const nginxRows: readonly string[] = [...Object.keys(rows), waiting];

/**
 * Measures the product's own configuration on a running nginx, in hosts and networks created for it. A row that misses
 * its bound is marked. All rows take about ten minutes, and are only meaningful on an otherwise idle machine.
 *
 * @param named Only these rows. All rows if none is named.
 */
export async function benchNginx(named: readonly string[]): Promise<void> {
  const wanted = (name: string): boolean => named.length === 0 || named.includes(name);
  await inBenchSandbox(async (sandbox, ended) => {
    const phases = startPhases(console.error);
    const websockets = wanted(waiting) ? benchIdleWebsocket(sandbox) : Promise.resolve([]);
    websockets.catch(() => undefined); // Awaited at the end.
    // A row that fails must not cost the figures of the others.
    const inPhase = (name: string, work: () => Promise<Figure[]>): Promise<Figure[]> =>
      phases.run(name, work).catch((error: Error): Figure[] => {
        if (ended.aborted) throw error;
        const [fact = ""] = error.message.split("\n");
        return [{ what: name, reached: "nothing", wanted: "a figure", ok: false, beside: fact }];
      });
    const measured = async (suite: Suite, some: Readonly<Record<string, Row>>): Promise<void> => {
      const chosen = Object.entries(some).filter(([name]) => wanted(name));
      const last = suite === "bookworm" && wanted(waiting);
      if (chosen.length === 0 && !last) return;
      const packages = ["wrk", "nghttp2-client", ...(suite === "bookworm" ? ["haproxy"] : [])];
      const machine = await phases.run(suite, () => makeBenchMachine(sandbox, { name: suite, suite, packages }));
      const certificate = await placeCertificate(machine, "rancher");
      const figures: Figure[] = [];
      for (const [name, row] of chosen) {
        figures.push(...(await inPhase(name, () => row(machine, certificate, sandbox))));
      }
      if (last) figures.push(...(await inPhase(waiting, () => websockets)));
      await machine.host.stop();
      console.log(`\n${figureTable(`nginx ${machine.build.nginx}, OpenSSL ${machine.build.openssl}`, figures)}`);
    };
    await measured("bookworm", rows);
    for (const suite of ["trixie", "sid"] as const) await measured(suite, ofVersions({ rounds: 3, seconds: 2 }));
  });
}
