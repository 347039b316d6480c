import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";

import { get } from "../../rehearsal/balancer-client.ts";
import { checkThroughBalancer, type CheckTarget } from "../../rehearsal/checks.ts";
import { openSession } from "../../rehearsal/genuine-rancher/session.ts";
import { checkNothingLeft, markHosts } from "../../rehearsal/traces.ts";
import { clearLeftovers } from "../../rehearsal/sandbox/leftovers.ts";
import { isAlive } from "./kubernetes/is-alive.ts";
import { makeExecutable, makeFakeRancher } from "./support/fake-rancher.ts";
import { isRoot, rehearse, type Rehearsed } from "./support/rehearsed.ts";
import { stackText } from "./support/stack-text.ts";

const servers = ["server-1", "server-2"];
const stackFile = stackText({ balancers: ["lb-1"], servers });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "genuine-rancher-"));
});
afterAll(async () => {
  await clearLeftovers();
  rmSync(folder, { recursive: true, force: true });
});

/**
 * The binary is a fake (fake-rancher-server.ts), which accepts and requires what a genuine server does according to its
 * sources. Everything around it is real. The tests build on each other.
 */
describe.skipIf(!isRoot)("a rehearsal with the user's Rancher server", () => {
  let stack: Rehearsed;
  let password: string;
  const lines: string[] = [];
  const pids = () =>
    lines.flatMap((line) => /the genuine Rancher starts, process (\d+)/.exec(line)?.[1] ?? []).map(Number);
  const target = (): CheckTarget => ({
    hostname: stack.hostname,
    address: stack.host("lb-1").address,
    caCertificate: stack.authority.certificate,
    nodes: servers,
    bootstrapPassword: password,
  });

  beforeAll(async () => {
    stack = await rehearse({ stackFile, rancherBinary: makeFakeRancher(folder), hear: (line) => lines.push(line) });
    await markHosts(stack.hosts);
  });
  afterAll(async () => {
    await stack?.close();
  });

  it("reports that Rancher is genuine, its version, and that it waits for the release", async () => {
    const binary = join(folder, "rancher");

    expect(stack.participants.filter(({ name }) => name === "Rancher")).toEqual([
      { name: "Rancher", version: "v2.15.2", kind: "genuine", from: binary },
    ]);
    expect(lines.join("\n")).toContain(`${binary} v2.15.2 starts once the release is installed`);
    expect(pids()).toEqual([]);
  });

  it("starts it with the release, and passes every check, signed in with the stack's own password", async () => {
    const up = await stack.up();
    expect(up.code, up.text).toBe(0);
    await stack.genuineRancher!.ready();
    const output = ["stack", "output", "bootstrapPassword", "--show-secrets", "--stack", stack.stack];
    password = (await stack.engine.capture(output)).trim();

    const results = await checkThroughBalancer(target());

    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.map(({ name, seen }) => `${name}: ${seen}`)).toEqual(
      expect.arrayContaining([
        "signing in with the bootstrap password works: /v1-public/login answered 201 with a token",
        "a websocket opens: 101 websocket, signed in",
        "every node is reached: server-1, server-2",
      ]),
    );
  });

  it("passes the client's address to it as an ingress controller does", async () => {
    const { body } = await get(target(), "/seen-by-rancher");

    expect(JSON.parse(body)).toMatchObject({
      host: stack.hostname,
      "x-forwarded-host": stack.hostname,
      "x-forwarded-proto": "https",
      "x-forwarded-port": "443",
      "x-forwarded-server": expect.stringMatching(/^server-[12]$/),
    });
  });

  it("keeps the password out of the process and of every file around it", () => {
    const [pid] = pids();
    for (const file of ["cmdline", "environ"]) {
      expect(readFileSync(`/proc/${pid}/${file}`, "utf8")).not.toContain(password);
    }
    expect(readFileSync(join(stack.folder, "rancher", "rancher.log"), "utf8")).not.toContain(password);
    expect(lines.join("\n")).not.toContain(password);
  });

  it("fails with a wrong password, and prints no password", async () => {
    await expect(openSession(target(), "not the password", 0)).rejects.toThrow(
      /^signing in as admin with the bootstrap password: \/v1-public\/login answered 401$/,
    );
    // Without a session the check is the one for a fake Rancher, which this server is not.
    const { bootstrapPassword: _none, ...anonymous } = target();
    const failed = (await checkThroughBalancer(anonymous)).filter(({ passed }) => !passed);
    expect(failed).toEqual([{ name: "a websocket opens", passed: false, seen: "the upgrade was answered with 401" }]);
  });

  it("restarts it when it exits", async () => {
    const [pid = 0] = pids();
    process.kill(pid, "SIGKILL");
    await vi.waitFor(() => expect(pids()).toHaveLength(2), { timeout: 10_000 });

    await stack.genuineRancher!.ready();

    expect((await get(target(), "/ping")).body).toBe("pong");
    expect(lines.join("\n")).toContain("the Rancher server was ended by SIGKILL");
  });

  it("is not changed by a second up, ends the server with the release, and leaves nothing", async () => {
    const again = await stack.up("--expect-no-changes");
    expect(again.code, again.text).toBe(0);

    const destroy = await stack.destroy();

    expect(destroy.code, destroy.text).toBe(0);
    const [, pid = 0] = pids();
    await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 10_000 });
    expect((await checkNothingLeft(stack)).filter(({ passed }) => !passed)).toEqual([]);
  });

  it("ends it with the rehearsal, even while it serves", async () => {
    const up = await stack.up();
    expect(up.code, up.text).toBe(0);
    await stack.genuineRancher!.ready();
    const pid = pids().at(-1)!;
    expect(isAlive(pid)).toBe(true);

    await stack.close();

    expect(isAlive(pid)).toBe(false);
    expect(existsSync(stack.folder)).toBe(false);
  });
});

describe.skipIf(!isRoot)("an unusable Rancher server", () => {
  it("is rejected before anything is created", async () => {
    const lines: string[] = [];
    const rehearsal = rehearse({ stackFile, rancherBinary: join(folder, "none"), hear: (line) => lines.push(line) });

    await expect(rehearsal).rejects.toThrow(`--rancher ${folder}/none: there is no such file.`);
    expect(lines).toEqual([]);
  });

  it("is reported with the end of its output when it exits early, and not restarted", async () => {
    const lines: string[] = [];
    const rancherBinary = makeExecutable(folder, 'echo "[FATAL] this is no Rancher" >&2; exit 4', "useless");
    const stack = await rehearse({ stackFile, rancherBinary, hear: (line) => lines.push(line) });
    try {
      const up = await stack.up();
      expect(up.code, up.text).toBe(0);

      await expect(stack.genuineRancher!.ready()).rejects.toThrow(
        /the Rancher server ended with exit code 4\. Its last lines \(.*\):\n {2}\[FATAL\] this is no Rancher$/,
      );
      await sleep(3000);
      expect(lines.filter((line) => line.includes("the genuine Rancher starts"))).toHaveLength(1);
      const endpoint = { ...stack, address: stack.host("lb-1").address, caCertificate: stack.authority.certificate };
      // Its certificate appears at some later time.
      await vi.waitFor(async () => expect((await get(endpoint, "/")).status).toBe(502), { timeout: 120_000 });
    } finally {
      await stack.close();
    }
  });
});
