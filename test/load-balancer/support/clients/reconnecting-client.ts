import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Milliseconds between two attempts of a client, and its timeout. */
const pause = 20;
const timeout = 500;

/**
 * Milliseconds of successive responses after which a client is content, for one that was interrupted and one that was
 * not.
 */
const content = { again: 1000, always: 4000 };

/** One connection, read to its end. */
export function hello(address: string): Promise<boolean> {
  return new Promise((done) => {
    let received = "";
    const socket = connect({ host: address, port: 443, timeout: timeout });
    const end = (answered: boolean) => {
      socket.destroy();
      done(answered);
    };
    socket.on("data", (data: Buffer) => (received += data.toString()));
    socket.once("end", () => end(received === "hello\n"));
    socket.once("timeout", () => end(false));
    socket.once("error", () => end(false));
  });
}

/**
 * A client that connects again and again while something happens to a host.
 *
 * @returns the longest time without an answer, in milliseconds, from the last good answer to the next one.
 * @throws when it is not answered again within 30 s
 */
export async function longestSilence(address: string, happen: () => Promise<unknown>): Promise<number> {
  if (!(await hello(address))) throw new Error(`${address} did not answer before anything happened`);
  let longest = 0;
  let answered = performance.now();
  let since = answered;
  let happened = false;
  const happening = happen().then(() => {
    happened = true;
    since = performance.now();
  });
  for (const until = answered + 30_000; performance.now() < until; await sleep(pause)) {
    if (await hello(address)) {
      longest = Math.max(longest, performance.now() - answered);
      answered = performance.now();
    } else {
      since = performance.now();
    }
    if (happened && performance.now() - since > (longest > timeout ? content.again : content.always)) break;
  }
  await happening;
  if (performance.now() - answered > 4 * timeout) throw new Error(`${address} does not answer any more`);
  return longest;
}
