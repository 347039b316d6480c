import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, expect, it } from "vitest";

import { genuineCharts } from "../../../rehearsal/charts/genuine-charts.ts";

const servers: Server[] = [];
afterEach(() => {
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

it("believes repositories that show an index", async () => {
  expect(await genuineCharts([await serve(index), `${await serve(index)}/`])).toBe(true);
});

it("does without the vendors' charts when only one of two answers", async () => {
  expect(await genuineCharts([await serve(index), "http://127.0.0.1:1/charts"])).toBe(false);
});

it("is not taken in by a portal that answers everything with a page", async () => {
  expect(await genuineCharts([await serve((_, response) => void response.end("<html>Sign in</html>"))])).toBe(false);
});

it("gives up on a repository that is silent, after 3 s", async () => {
  const start = Date.now();

  expect(await genuineCharts([await serve(() => {})])).toBe(false);

  expect(Date.now() - start).toBeGreaterThan(2500);
  expect(Date.now() - start).toBeLessThan(15_000);
});
