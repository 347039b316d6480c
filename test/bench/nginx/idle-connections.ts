import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import { hostname, layer7, type PlacedCertificate } from "../../load-balancer/support/balanced.ts";
import type { NginxMachine } from "../../load-balancer/support/nginx-machine.ts";
import { rendered } from "../../load-balancer/support/rendered.ts";
import type { BenchMachine } from "./bench-machine.ts";
import type { Figure } from "./figure.ts";

const wanted = 5000;
/** Concurrent handshakes. */
const atOnce = 40;

/** What an idle connection of a browser or agent costs in the workers' memory. */
export async function benchIdleConnections(machine: BenchMachine, certificate: PlacedCertificate): Promise<Figure[]> {
  await machine.start(machine.fill(rendered([layer7([machine.plain], certificate)])));
  const open = (): Promise<TLSSocket> => openIdle(machine.host.address, certificate.ca);
  const sockets: TLSSocket[] = [];
  try {
    // The first ones fill what is there once, whatever the number.
    for (let count = 0; count < 200; count++) sockets.push(await open());
    const before = { connections: sockets.length, kibibytes: await memory(machine) };
    while (sockets.length < wanted) {
      const batch = Math.min(atOnce, wanted - sockets.length);
      sockets.push(...(await Promise.all(Array.from({ length: batch }, open))));
    }
    await sleep(2000);
    const each = ((await memory(machine)) - before.kibibytes) / (wanted - before.connections);
    let held = 0;
    for (let at = 0; at < sockets.length; at += atOnce) {
      const answers = sockets.slice(at, at + atOnce).map((socket) => askOn(socket).then(...counted));
      held += (await Promise.all(answers)).reduce((sum, one) => sum + one, 0);
    }
    return [
      {
        what: `${wanted} idle TLS connections`,
        wanted: "all held, <= 25 KiB each",
        reached: `${held} held, ${each.toFixed(1)} KiB each`,
        ok: held === wanted && each <= 25,
        beside: "proportional set size of all workers",
      },
    ];
  } finally {
    for (const socket of sockets) socket.destroy();
  }
}

const counted = [() => 1, () => 0] as const;

/** Connects and makes one request, so that the connection is idle after a request. */
async function openIdle(address: string, ca: string): Promise<TLSSocket> {
  const socket = connect({ host: address, port: 443, servername: hostname, ca: [ca] });
  await new Promise<void>((done, failed) => socket.once("secureConnect", () => done()).once("error", failed));
  await askOn(socket);
  return socket;
}

/** One request on this connection. A response of the fast backend arrives in one or two chunks. */
function askOn(socket: TLSSocket): Promise<void> {
  return new Promise((done, failed) => {
    let text = "";
    const limit = setTimeout(() => end(new Error("no answer within 10 s")), 10_000);
    const receive = (data: Buffer): void => {
      text += data.toString("latin1");
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (text.startsWith("HTTP/1.1 200") && text.length >= text.indexOf("\r\n\r\n") + 4 + length) end();
    };
    const gone = (): void => end(new Error("the connection ended"));
    const end = (error?: Error): void => {
      clearTimeout(limit);
      socket.off("data", receive).off("close", gone);
      if (error) failed(error);
      else done();
    };
    socket
      .on("data", receive)
      .on("error", () => undefined)
      .once("close", gone);
    if (socket.destroyed) end(new Error("the connection ended"));
    else socket.write(`GET / HTTP/1.1\r\nHost: ${hostname}\r\n\r\n`);
  });
}

/** Memory of all workers in KiB. Shared memory counts once. */
async function memory({ host, processes }: Pick<NginxMachine, "host" | "processes">): Promise<number> {
  let sum = 0;
  for (const pid of (await processes()).workers) {
    const text = await readFile(join(host.root, "proc", String(pid), "smaps_rollup"), "utf8");
    sum += Number(/^Pss: +(\d+) kB/m.exec(text)?.[1]);
  }
  return sum;
}
