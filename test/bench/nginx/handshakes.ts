import { hostname, layer7, placeCertificate } from "../../load-balancer/support/balanced.ts";
import { rendered } from "../../load-balancer/support/rendered.ts";
import { processors, type BenchMachine } from "./bench-machine.ts";
import { answersItself, olderTls, oneWorker } from "./comparisons.ts";
import { median, ratioFigure, type Figure } from "./figure.ts";

const handshakesPerTurn = 1500;
/** Below what one processor can do, so that no connection waits for another and only their cost counts. */
const handshakesPerSecond = 600;

/**
 * Full TLS handshakes that a core can make, relative to the RSA 2048 signatures it can make. Each connection carries
 * one request, which nginx answers itself, so the result is a little lower than for the handshake alone.
 */
export async function benchHandshakes(machine: BenchMachine, rounds: number): Promise<Figure[]> {
  const kinds = [
    { kind: "rsa2048", name: "RSA 2048", atLeast: 0.45 },
    { kind: "ecdsa", name: "ECDSA P-256", atLeast: 0.7 },
  ] as const;
  const sides = await Promise.all(
    kinds.map(async (one) => {
      const certificate = await placeCertificate(machine, `handshake-${one.kind}`, { kind: one.kind });
      const template = answersItself(oneWorker(rendered([layer7([machine.plain], certificate)])));
      return { ...one, template, ratios: [] as number[], older: [] as number[], rates: [] as number[] };
    }),
  );
  for (let round = 0; round < rounds; round++) {
    for (const { template, ratios, older, rates } of sides) {
      const signs = await signsPerSecond(machine);
      const rate = await handshakeRate(machine, template);
      rates.push(rate);
      ratios.push(rate / signs);
      older.push((await handshakeRate(machine, olderTls(template))) / signs);
    }
  }
  return sides.map(({ name, atLeast, ratios, older, rates }) =>
    ratioFigure({
      what: `full handshakes per core, ${name}, against rsa2048 signs/s`,
      ratios,
      bound: { atLeast },
      beside: `TLS 1.3, ${median(rates).toFixed(0)}/s; TLS 1.2: ${median(older).toFixed(2)}x`,
    }),
  );
}

async function signsPerSecond(machine: BenchMachine): Promise<number> {
  const output = await machine.run(["openssl", "speed", "-seconds", "1", "rsa2048"], processors.balancer);
  // "rsa 2048 bits 0.000241s 0.000015s   4141.8  67546.3": two times, then two rates. The first rate is that of
  // signing.
  const rate = /^.*\bbits\b.*?\s([\d.]+)(?=\s)/m.exec(output.replaceAll(/[\d.]+s\b/g, ""))?.[1];
  if (rate === undefined) throw new Error(`openssl speed prints no rate: ${output}`);
  return Number(rate);
}

/** Handshakes per second of the worker's processor time. h2load keeps no TLS session, so that all of them are full. */
async function handshakeRate(machine: BenchMachine, template: string): Promise<number> {
  await machine.start(machine.fill(template), processors.balancer);
  const { workers } = await machine.processes();
  const before = await machine.processorSeconds(workers);
  const count = String(handshakesPerTurn);
  const pace = ["-r", String(handshakesPerSecond), "--rate-period", "1s"];
  const output = await machine.run(["h2load", "--h1", "-n", count, "-c", count, ...pace, `https://${hostname}/`]);
  const seconds = (await machine.processorSeconds(workers)) - before;
  const succeeded = Number(/(\d+) succeeded/.exec(output)?.[1]);
  if (succeeded !== handshakesPerTurn) throw new Error(`${succeeded} of ${count} handshakes succeeded: ${output}`);
  return handshakesPerTurn / seconds;
}
