import { setTimeout as sleep } from "node:timers/promises";
import { answerOf, ask, type BalancerAddress } from "../balancer-client.ts";
import type { CheckResult } from "../checks.ts";
import type { OverlaidStack } from "./overlay.ts";
import { mapping, text } from "../stack-values.ts";
import type { Host } from "../sandbox/host.ts";

/** The floating address in the sandbox, or undefined when the stack has none. */
export function floatingAddressOf({ values }: Pick<OverlaidStack, "values">): string | undefined {
  const { address } = mapping(mapping(values["loadBalancer"])["floatingAddress"]);
  return address === undefined ? undefined : text(address);
}

/** Timeouts for the takeover and for one request, in milliseconds; both generous. */
const timeout = { takeover: 30_000, answer: 1000 };

/**
 * Disconnects the host that has the floating address, waits until another host answers there, and reconnects the host.
 * Then exactly one host must have the address and answer.
 */
export async function checkTakeover(hosts: readonly Host[], target: BalancerAddress): Promise<CheckResult> {
  const name = "the floating address moves when its host is cut off";
  const { address } = target;
  try {
    const previous = await onlyHolder(hosts, address);
    const others = hosts.filter((host) => host !== previous);
    const began = performance.now();
    let seconds: string;
    let taker: Host;
    await previous.freeze();
    try {
      await within(`nothing answers at ${address} while ${previous.name} is cut off`, () => answers(target));
      seconds = ((performance.now() - began) / 1000).toFixed(1);
      taker = await onlyHolder(others, address);
    } finally {
      await previous.thaw();
    }
    const later = await onlyHolder(hosts, address);
    await within(`nothing answers at ${address} after ${previous.name} is reconnected`, () => answers(target));
    const seen = `${taker.name} answers ${seconds} s after ${previous.name} was cut off; with both connected, ${later.name} has the address`;
    return { name, passed: true, seen };
  } catch (error) {
    return { name, passed: false, seen: (error as Error).message };
  }
}

async function answers(target: BalancerAddress): Promise<boolean> {
  // A new connection each time: one to the previous host would keep waiting for it.
  const asked = answerOf(ask(target, "/ping", { signal: AbortSignal.timeout(timeout.answer) }));
  return asked.then(
    ({ status, body }) => status === 200 && body.trim() === "pong",
    () => false,
  );
}

async function holders(hosts: readonly Host[], address: string): Promise<Host[]> {
  const found = await Promise.all(hosts.map((host) => host.exec(["ip", "-o", "address", "show", "to", address])));
  return hosts.filter((_, index) => found[index]?.stdout !== "");
}

/** Waits until exactly one host has the address. */
async function onlyHolder(hosts: readonly Host[], address: string): Promise<Host> {
  let found: Host[] = [];
  const message = () =>
    `${address} was on ${found.map(({ name }) => name).join(" and ") || "no host"} instead of exactly one host`;
  await within(message, async () => (found = await holders(hosts, address)).length === 1);
  return found[0] as Host;
}

/** Waits for a condition. @throws with the message `message` at the timeout */
async function within(message: string | (() => string), isTrue: () => Promise<boolean>): Promise<void> {
  for (const until = performance.now() + timeout.takeover; performance.now() < until; await sleep(50)) {
    if (await isTrue()) return;
  }
  throw new Error(`${typeof message === "string" ? message : message()} for ${timeout.takeover / 1000} s`);
}
