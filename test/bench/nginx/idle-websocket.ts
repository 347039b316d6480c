import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "../../../rehearsal/sandbox/sandbox.ts";
import { hostname, layer4, layer7, placeCertificate } from "../../load-balancer/support/balanced.ts";
import { makeNginxMachine } from "../../load-balancer/support/nginx-machine.ts";
import { rendered } from "../../load-balancer/support/rendered.ts";
import { startBackend } from "../../load-balancer/support/fakes/scripted-backend.ts";
import { upgrade, type UpgradedConnection } from "../../load-balancer/support/clients/upgraded-connection.ts";
import { defaultNginxOptions } from "../../../components/load-balancer/nginx/config/nginx-options.ts";
import type { Figure } from "./figure.ts";

/** Seconds without a byte. nginx's own timeout is 60. */
const silence = 61;
/** Seconds that old workers keep connections here. */
const shutdown = 15;
/** Seconds after which no old worker may remain. */
const grace = 5;

/**
 * Idle websockets, on a separate machine. They wait a minute and need no processor, so other benchmarks may run
 * meanwhile.
 */
export async function benchIdleWebsocket(sandbox: Sandbox): Promise<Figure[]> {
  const machine = await makeNginxMachine(sandbox, { name: "websockets" });
  const certificate = await placeCertificate(machine, "websockets");
  const backend = await startBackend("rancher", sandbox.subnet.machine);
  const configured = (idle: number) => {
    const timeouts = { ...defaultNginxOptions.timeouts, shutdown, idle };
    const listeners = [layer7([backend.upstream], certificate), layer4([backend.upstream], 8000)];
    return machine.fill(rendered(listeners, { timeouts }));
  };
  await machine.start(configured(1800));
  const { address } = machine.host;
  const sockets: Readonly<Record<string, UpgradedConnection>> = {
    "layer 7": await upgrade({ address, port: 443, hostname, ca: certificate.ca }, "websocket"),
    "layer 4": await upgrade({ address, port: 8000, hostname }, "websocket"),
  };
  const echoes = (when: string): Promise<Map<string, boolean>> => eachOf(sockets, (socket) => socket.echo(when));
  await echoes("at the start");
  await sleep(silence * 1000);
  const afterSilence = await echoes("after silence");

  await machine.reload(configured(1801));
  const reloaded = performance.now();
  await sleep((shutdown - 3) * 1000);
  const afterReload = await echoes("after the reload");
  const ended = new Map<string, number>();
  for (const [layer, socket] of Object.entries(sockets)) {
    const limit = sleep((shutdown + 10) * 1000, Infinity);
    ended.set(layer, ((await Promise.race([socket.ended, limit])) - reloaded) / 1000);
  }
  await sleep(Math.max(0, reloaded + (shutdown + grace) * 1000 - performance.now()));
  const { leaving } = await machine.processes();
  await machine.stop();
  await backend.die();

  return [
    ...Object.keys(sockets).map((layer): Figure => {
      const [first, second, seconds = Infinity] = [afterSilence.get(layer), afterReload.get(layer), ended.get(layer)];
      return {
        what: `idle websocket, ${layer}`,
        wanted: `data after ${silence} s; ${shutdown} s over a reload`,
        reached: `${first ? "data" : "no data"}; ${second ? seconds.toFixed(1) : "less than " + (shutdown - 3)} s`,
        ok: first === true && second === true && Math.abs(seconds - shutdown) <= 2,
        beside: `shutdown time of this run: ${shutdown} s`,
      };
    }),
    {
      what: `old workers ${grace} s after that time`,
      wanted: "0",
      reached: String(leaving.length),
      ok: leaving.length === 0,
    },
  ];
}

async function eachOf<T>(all: Readonly<Record<string, T>>, work: (one: T) => Promise<void>) {
  const entries = Object.entries(all).map(async ([name, one]): Promise<[string, boolean]> => {
    const passed = await work(one).then(
      () => true,
      () => false,
    );
    return [name, passed];
  });
  return new Map(await Promise.all(entries));
}
