import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, expect, it } from "vitest";
import { parse } from "yaml";

import { chooseCharts } from "../../../rehearsal/charts/choose-charts.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "choose-"));
});
afterAll(() => rm(folder, { recursive: true }));

const unreachable = "http://127.0.0.1:1";
const choose = (values: { certManager?: object; [key: string]: unknown }) =>
  chooseCharts({
    values: {
      chartRepository: unreachable,
      ...values,
      certManager: { chartRepository: unreachable, ...values.certManager },
    },
    folder,
    alsoServe: { rancher: ["2.14.4"] },
    progress: () => {},
  });

async function serveIndex() {
  const server = createServer((_, response) => void response.end("apiVersion: v1\n")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, stop };
}

it("serves fake charts in the versions of the stack file, and those an upgrade starts from", async () => {
  const charts = await choose({ version: "2.15.2", certManager: { version: "1.20.0" } });
  const { url } = charts.replaced.rancher!;

  const index = parse(await (await fetch(`${url}/index.yaml`)).text()) as {
    entries: Record<string, { version: string; kubeVersion: string }[]>;
  };
  const served = Object.entries(index.entries).map(([name, all]) => [name, all.map(({ version }) => version)]);
  expect(Object.fromEntries(served)).toEqual({ rancher: ["2.15.2", "2.14.4"], "cert-manager": ["v1.20.0"] });
  expect(index.entries["rancher"]!.map(({ kubeVersion }) => kubeVersion)).toEqual(["<1.37.0-0", "<1.36.0-0"]);
  expect(charts.participants.map(({ name, version, kind }) => [name, version, kind])).toEqual([
    ["chart rancher", "2.15.2", "fake"],
    ["chart cert-manager", "1.20.0", "fake"],
  ]);
  await charts.close();
  await charts.close();
  await expect(fetch(`${url}/index.yaml`)).rejects.toThrow();
});

it("uses repositories that respond, and serves nothing", async () => {
  const { url, stop } = await serveIndex();

  const charts = await choose({ chartRepository: url, certManager: { chartRepository: url } });

  expect(charts.replaced).toEqual({});
  expect(charts.participants.map(({ kind, from }) => [kind, from])).toEqual([
    ["genuine", url],
    ["genuine", url],
  ]);
  stop();
});

it("keeps the user's repository that responds, and replaces only the other one", async () => {
  const { url, stop } = await serveIndex();

  const charts = await choose({ chartRepository: url });

  expect(charts.replaced).toEqual({ "cert-manager": { original: unreachable, url: expect.any(String) } });
  expect(charts.participants.map(({ kind }) => kind)).toEqual(["genuine", "fake"]);
  await charts.close();
  stop();
});

it("refuses a Rancher that has no fake chart", async () => {
  await expect(choose({ version: "2.99.0" })).rejects.toThrow("no fake chart for rancher 2.99.0");
});
