import { setTimeout as sleep } from "node:timers/promises";
import type { PassThrough } from "../../../components/load-balancer/listener.ts";
import { defaultBalancerOptions } from "../../../components/load-balancer/balancer-options.ts";
import {
  generationScript,
  generationScriptPath,
  renderHaproxyConfig,
} from "../../../components/load-balancer/haproxy/haproxy-config.ts";
import { processors, type BenchMachine } from "./bench-machine.ts";
import type { Side } from "./turns.ts";

/** The product's other load balancer, on the same machine as nginx. One of them runs at a time. */
export interface Haproxy {
  /** Ends nginx and starts HAProxy; on one processor with one thread if `pinned` is set. Returns its worker. */
  start(listeners: readonly PassThrough[], pinned?: boolean): Promise<readonly number[]>;
  stop(): Promise<void>;
}

const configuration = "/etc/haproxy/haproxy.cfg";

export async function makeHaproxy(machine: BenchMachine): Promise<Haproxy> {
  await machine.host.exec(["systemctl", "stop", "haproxy"]);
  await machine.place(generationScriptPath, generationScript);
  const stop = async (): Promise<void> => {
    await machine.host.exec(["pkill", "-KILL", "-x", "haproxy"]);
    while ((await machine.host.exec(["pgrep", "-x", "haproxy"])).code === 0) await sleep(10);
  };
  return {
    stop,
    start: async (listeners, pinned = false) => {
      await machine.stop();
      await stop();
      const { text } = renderHaproxyConfig({ listeners, options: defaultBalancerOptions });
      await machine.place(configuration, pinned ? text.replace("global\n", "global\n    nbthread 1\n") : text);
      const where = pinned ? processors.balancer : Object.values(processors).join(",");
      await machine.run(["haproxy", "-D", "-f", configuration], where);
      const { stdout } = await machine.host.exec(["pgrep", "-x", "haproxy"]);
      return stdout.trim().split("\n").map(Number);
    },
  };
}

/** A side that is HAProxy with these listeners, on the balancer's processor. */
export function haproxySide(
  haproxy: Haproxy,
  what: { readonly url: string; readonly fresh: boolean; readonly listeners: readonly PassThrough[] },
): Side {
  const { url, fresh, listeners } = what;
  return { name: "HAProxy", url, fresh, start: () => haproxy.start(listeners, true), stop: haproxy.stop };
}
