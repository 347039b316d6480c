import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterAll, beforeAll, expect, it, vi } from "vitest";

import { createCertificateAuthority, type KeyPair } from "../../../rehearsal/kubernetes/certificate-authority.ts";
import { type ListenerPlace, startNodeListener } from "../../../rehearsal/fakes/node-listener.ts";
import { isAlive } from "../kubernetes/is-alive.ts";
import { ask } from "./ask.ts";
import { thisMachine } from "./this-machine.ts";

let folder: string;
let defaultCertificate: KeyPair;
let child: ChildProcess;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "listener-"));
  defaultCertificate = await createCertificateAuthority("default certificate");
});
afterAll(() => rm(folder, { recursive: true }));

const machine = thisMachine("server-1", "127.0.0.1");
/** A node that remembers its process. */
const place: ListenerPlace = { ...machine, spawn: (...args) => (child = machine.spawn(...args)) };
const start = (ports = { http: 0, https: 0 }) =>
  startNodeListener(place, { ports, defaultCertificate }, path.join(folder, "log"));

it("serves in a separate process, counts, and ends with it", async () => {
  const listener = await start();
  const nobody = { forwarders: [], proxies: { http: [], https: [] }, onlyProxies: false };
  await listener.route([{ host: "rancher.example.com" }], nobody);

  const target = { address: "127.0.0.1", port: listener.ports.https, host: "rancher.example.com", tls: true };
  expect((await ask(target, "/ping")).body).toBe("pong");
  expect(await listener.counters()).toMatchObject({ https: 1 });

  await listener.close();
  expect(isAlive(child.pid!)).toBe(false);
});

it("ends when its owner's end of the pipe is closed", async () => {
  await start();

  child.stdin!.destroy();

  await once(child, "exit");
});

it("keeps keys out of the command line and the environment", async () => {
  const listener = await start();

  for (const file of ["cmdline", "environ"]) {
    expect(await readFile(`/proc/${child.pid}/${file}`, "utf8")).not.toContain("PRIVATE KEY");
  }
  await listener.close();
});

it("names the node when a port is in use, and leaves no process", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  await expect(start({ http: port, https: 0 })).rejects.toThrow(/The listener of node server-1 failed: .*EADDRINUSE/);

  await vi.waitFor(() => expect(isAlive(child.pid!)).toBe(false));
  server.close();
});

it("reports that a listener has ended on the next query", async () => {
  const listener = await start();
  child.kill("SIGKILL");
  await once(child, "exit");

  await expect(listener.counters()).rejects.toThrow("The listener of node server-1 has ended.");
});
