import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, expect, it, vi } from "vitest";

import { isReachable } from "../../../rehearsal/charts/genuine-charts.ts";

const servers: Server[] = [];
afterEach(() => {
  vi.useRealTimers();
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/charts`;
}
const index: RequestListener = (request, response) =>
  void (request.url === "/charts/index.yaml"
    ? response.end("apiVersion: v1\nentries: {}\n")
    : response.writeHead(404).end());

it("reaches a repository that serves an index, with or without a slash at the end of its address", async () => {
  expect(await isReachable(await serve(index))).toBe(true);
  expect(await isReachable(`${await serve(index)}/`)).toBe(true);
});

it("does not reach a repository that refuses the connection", async () => {
  expect(await isReachable("http://127.0.0.1:1/charts")).toBe(false);
  expect(await isReachable("oci://127.0.0.1:1/charts")).toBe(false);
});

it("does not accept a portal's sign-in page as an index", async () => {
  expect(await isReachable(await serve((_, response) => void response.end("<html>Sign in</html>")))).toBe(false);
});

it("gives up on a repository that accepts the connection but does not respond", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  let asked = () => {};
  const request = new Promise<void>((resolve) => (asked = resolve));
  const reached = isReachable(await serve(() => asked()));

  await request;
  await vi.advanceTimersByTimeAsync(3000);

  expect(await reached).toBe(false);
});
