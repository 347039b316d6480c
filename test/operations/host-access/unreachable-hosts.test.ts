import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { unreachableHosts } from "../../../operations/host-access/unreachable-hosts.ts";

it("names the hosts that accept no connection, in order, within a bounded time", async () => {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  const started = performance.now();

  const unreachable = await unreachableHosts([
    { name: "gone", address: "127.0.0.1", port: 1 },
    { name: "there", address: "127.0.0.1", port },
    { name: "nameless", address: "no-such-host.invalid", port: 22 },
  ]);
  await new Promise((done) => server.close(done));

  expect(unreachable.map(({ name }) => name)).toEqual(["gone", "nameless"]);
  expect(performance.now() - started).toBeLessThan(15_000);
});

it("returns nothing without hosts", async () => {
  expect(await unreachableHosts([])).toEqual([]);
});
