import { request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

/** A client's target, and how it must prove itself. */
export interface Asked {
  readonly hostname: string;
  readonly address: string;
  readonly caCertificate: string;
}

/** Results of a client's requests. */
export interface Answers {
  readonly sent: number;
  /** What went wrong, one line for each request that did not end in "pong". */
  readonly failures: readonly string[];
  /** Milliseconds. */
  readonly slowest: number;
}

/** Milliseconds between two requests: 20 a second, whatever the responses. */
const interval = 50;
/** Requests after which a client ends by itself. */
const most = 6000;

/** One request of /ping on a new connection. @throws when it does not end in "pong" within 10 s */
export function ping({ hostname, address, caCertificate }: Asked): Promise<void> {
  return new Promise((done, failed) => {
    const asking = request(
      {
        host: address,
        servername: hostname,
        ca: caCertificate,
        path: "/ping",
        agent: false,
        headers: { host: hostname },
      },
      (answer) => {
        let body = "";
        answer.on("data", (data: Buffer) => (body += data.toString()));
        answer.once("end", () => {
          if (answer.statusCode === 200 && body === "pong") done();
          else failed(new Error(`${address} answered ${answer.statusCode} ${body.slice(0, 60)}`));
        });
      },
    );
    asking.setTimeout(10_000, () => asking.destroy(new Error(`${address} did not answer within 10 s`)));
    asking.once("error", failed);
    asking.end();
  });
}

/** Requests each target in turn, at a fixed rate, while `work` runs. The rate does not depend on the responses. */
export async function askWhile<T>(targets: readonly Asked[], work: Promise<T>): Promise<Answers & { result: T }> {
  const failures: string[] = [];
  const times: number[] = [];
  const pending: Promise<void>[] = [];
  let working = true;
  const ended = work.finally(() => (working = false));
  ended.catch(() => undefined);
  while (working && pending.length < most) {
    const target = targets[pending.length % targets.length];
    if (target === undefined) throw new Error("a client needs a target");
    const start = performance.now();
    pending.push(
      ping(target)
        .catch((error: unknown) => void failures.push(String(error)))
        .then(() => void times.push(performance.now() - start)),
    );
    await sleep(interval);
  }
  await Promise.all(pending);
  return { sent: pending.length, failures, slowest: Math.max(...times), result: await ended };
}

/** Requests one target several times, one after the other. */
export async function askInTurn(target: Asked, times: number): Promise<Answers> {
  const failures: string[] = [];
  let slowest = 0;
  for (let sent = 0; sent < times; sent++) {
    const start = performance.now();
    await ping(target).catch((error: unknown) => void failures.push(String(error)));
    slowest = Math.max(slowest, performance.now() - start);
  }
  return { sent: times, failures, slowest };
}
