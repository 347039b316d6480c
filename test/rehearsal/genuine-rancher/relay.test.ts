import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { openRelay, type Relay } from "../../../rehearsal/genuine-rancher/relay.ts";

let folder: string;
let relay: Relay;
let server: Server;
const taken: Socket[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "relay-"));
  relay = await openRelay(path.join(folder, "socket"));
  server = createServer({ allowHalfOpen: true }, (socket) => void taken.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(async () => {
  for (const socket of taken.splice(0)) socket.destroy();
  server.close();
  await relay.close();
  await rm(folder, { recursive: true });
});
const lead = () => relay.leadTo((server.address() as AddressInfo).port);
const dial = () => connect({ path: relay.socket, allowHalfOpen: true });
/** A client that ends when it is ended. */
const dialToEnd = () =>
  connect(relay.socket)
    .on("error", () => {})
    .resume();
/** Reads to the end. An iterator would destroy the other direction, too. */
const readAll = async (socket: Socket) => {
  let all = "";
  socket.on("data", (data: Buffer) => (all += data.toString()));
  await once(socket, "end");
  return all;
};

it("carries each direction to its end, even if the other ended long before", async () => {
  lead();
  const client = dial();
  client.end("everything I have to say");
  const [accepted] = (await once(server, "connection")) as [Socket];

  expect(await readAll(accepted)).toBe("everything I have to say");
  accepted.end("the answer".repeat(100_000));

  expect(await readAll(client)).toHaveLength(1_000_000);
});

it("ends a client whose server disconnects, and a server's connection whose client does", async () => {
  lead();
  const first = dialToEnd();
  const [acceptedFirst] = (await once(server, "connection")) as [Socket];
  const second = dialToEnd();
  const [acceptedSecond] = (await once(server, "connection")) as [Socket];
  acceptedSecond.on("error", () => {}).resume();

  const over = [once(first, "close"), once(acceptedSecond, "end")];
  acceptedFirst.resetAndDestroy();
  second.destroy();

  await Promise.all(over);
});

it("closes connections immediately while there is no server", async () => {
  await once(dialToEnd(), "close");

  lead();
  server.close();
  await once(dialToEnd(), "close");
});

it("ends open connections when it is closed, and leaves no socket", async () => {
  lead();
  const client = dialToEnd();
  await once(server, "connection");

  const closed = once(client, "close");
  await relay.close();

  await closed;
  await expect(once(dial(), "connect")).rejects.toThrow("ENOENT");
  relay = await openRelay(path.join(folder, "socket"));
});

it("reports a path that is too long for a socket", async () => {
  const long = path.join(folder, "x".repeat(120));

  await expect(openRelay(long)).rejects.toThrow("a socket's path can have 107. Move the clone to a shorter path.");
});
