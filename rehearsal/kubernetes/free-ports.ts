import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/**
 * Below Linux's range of ephemeral ports (32768 and up), where an outgoing connection could take a port before the
 * daemon binds it.
 */
const range = { from: 20_000, to: 32_000 };

/** Finds `count` free TCP ports on 127.0.0.1. @throws after 200 attempts without success. */
export async function freePorts(count: number): Promise<number[]> {
  const held = new Map<number, Server>();
  try {
    for (let tries = 0; held.size < count; tries++) {
      if (tries > 200) {
        throw new Error(
          `No ${count} free ports on 127.0.0.1 between ${range.from} and ${range.to}. End programs that use them.`,
        );
      }
      const port = randomInt(range.from, range.to);
      const server = await hold(port);
      if (server) held.set(port, server);
    }
    return [...held.keys()];
  } finally {
    await Promise.all([...held.values()].map((server) => new Promise((done) => server.close(done))));
  }
}

function hold(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => resolve(server));
  });
}
