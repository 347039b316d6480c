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

const nobody = ["http://127.0.0.1:1"];
const choose = (values: Record<string, unknown>, vendors = nobody) =>
  chooseCharts({ values, vendors, folder, alsoServe: { rancher: ["2.14.4"] }, progress: () => {} });

it("plays the versions of the stack file, and those an upgrade starts from", async () => {
  const charts = await choose({ version: "2.15.0", certManager: { version: "1.20.0" } });

  const index = parse(await (await fetch(`${charts.url}/index.yaml`)).text()) as {
    entries: Record<string, { version: string; kubeVersion: string }[]>;
  };
  const served = Object.entries(index.entries).map(([name, all]) => [name, all.map(({ version }) => version)]);
  expect(Object.fromEntries(served)).toEqual({ rancher: ["2.15.0", "2.14.4"], "cert-manager": ["v1.20.0"] });
  expect(index.entries["rancher"]!.map(({ kubeVersion }) => kubeVersion)).toEqual(["<1.37.0-0", "<1.36.0-0"]);
  expect(charts.participants.map(({ name, version, kind }) => [name, version, kind])).toEqual([
    ["chart rancher", "2.15.0", "stand-in"],
    ["chart cert-manager", "1.20.0", "stand-in"],
  ]);
  await charts.close();
  await charts.close();
  await expect(fetch(`${charts.url}/index.yaml`)).rejects.toThrow();
});

it("uses the vendors' where they answer", async () => {
  const vendor = createServer((_, response) => void response.end("apiVersion: v1\n")).listen(0, "127.0.0.1");
  await once(vendor, "listening");

  const charts = await choose({}, [`http://127.0.0.1:${(vendor.address() as AddressInfo).port}`]);

  expect(charts.url).toBeUndefined();
  expect(charts.participants.map(({ kind }) => kind)).toEqual(["genuine", "genuine"]);
  vendor.close();
  vendor.closeAllConnections();
});

it("refuses a Rancher it cannot play", async () => {
  await expect(choose({ version: "2.99.0" })).rejects.toThrow("rancher 2.99.0 cannot be played");
});
