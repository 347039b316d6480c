import { setTimeout as sleep } from "node:timers/promises";
import { defaultBalancerOptions, type BalancerOptions } from "../../../components/load-balancer/balancer-options.ts";
import { renderHaproxyConfig } from "../../../components/load-balancer/haproxy/haproxy-config.ts";
import { renderHaproxyScript } from "../../../components/load-balancer/haproxy/haproxy-script.ts";
import type { PassThrough } from "../../../components/load-balancer/listener.ts";
import type { ScriptedHost, ScriptEnd, ScriptOptions } from "../../rehearsal/support/scripted-host.ts";

/** Sends the product's HAProxy script to a host. */
export function runHaproxy(
  machine: ScriptedHost,
  listeners: readonly PassThrough[],
  script: ScriptOptions = {},
  options: BalancerOptions = defaultBalancerOptions,
): Promise<ScriptEnd> {
  return machine.run("haproxy", renderHaproxyScript({ listeners, options }), script);
}

/** Generation of the running HAProxy: `generation 0123456789abcdef`; empty if none responds. */
export async function runningGeneration(machine: ScriptedHost): Promise<string> {
  const answer = await machine.look("bash", "-c", "read -r line </dev/tcp/127.0.0.1/18404 && echo $line");
  return answer.replace(/ worker \d+$/, "");
}

/** Generation for these listeners. */
export function generationOf(listeners: readonly PassThrough[]): string {
  return `generation ${renderHaproxyConfig({ listeners, options: defaultBalancerOptions }).generation}`;
}

/** The processes of a host's HAProxy, by their ids on the host, ascending. */
export interface HaproxyProcesses {
  readonly master: number;
  readonly workers: readonly number[];
}

/**
 * The processes once the workers of an earlier reload have ended.
 *
 * @throws when they have not ended after 5 s, or when HAProxy runs more than once
 */
export async function stableProcesses(machine: ScriptedHost): Promise<HaproxyProcesses> {
  for (let tries = 0; ; await sleep(100)) {
    const listing = await machine.look("ps", "-C", "haproxy", "-o", "pid=,ppid=");
    const processes = listing.split("\n").map((line) => line.trim().split(/ +/).map(Number) as [number, number]);
    const workers = processes.filter(([, parent]) => processes.some(([pid]) => pid === parent)).map(([pid]) => pid);
    const [master, ...more] = processes.map(([pid]) => pid).filter((pid) => !workers.includes(pid));
    if (master !== undefined && more.length === 0 && workers.length === 1) return { master, workers };
    if (++tries === 50)
      throw new Error(`${machine.host.name} does not run one HAProxy with one worker: ${listing || "none"}`);
  }
}
