import { rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExportedStack } from "../../operations/recovery/deployment.ts";
import { stateFolder } from "../../operations/stack/work-folder.ts";
import { checkNothingLeft, markHosts } from "../../rehearsal/traces.ts";
import { clearLeftovers } from "../../rehearsal/sandbox/leftovers.ts";
import { failedChecks } from "./support/balancer-checks.ts";
import { keptStackFile, projectCommand } from "./support/project-command.ts";
import { isRoot, rehearse, type PulumiRun, type Rehearsed } from "./support/rehearsed.ts";
import { stackText } from "./support/stack-text.ts";

/** A name that users of this clone do not have, because `npm run up` keeps a folder for it in the clone. */
const stackName = "faults-test";
const balancers = ["good", "quiet", "away", "stranger", "stern"] as const;
type Balancer = (typeof balancers)[number];

/** A stack whose hosts have one fault each. One update covers them all, because each takes its time. */
describe.skipIf(!isRoot)("a stack whose hosts", () => {
  let stack: Rehearsed;
  let run: PulumiRun;
  /** Seconds after the start of the update at which the fault of a host was reported. */
  const reportedAfter = new Map<Balancer, number>();
  let frozenAt = Infinity;

  beforeAll(async () => {
    let started = Infinity;
    const hear = (line: string) => {
      if (process.env["RANCHER_TEST_TALK"] !== undefined) console.log(line);
      const [, name] = / (\w+)-(?:base|nginx)-script .*\*\*creating failed\*\*/.exec(line) ?? [];
      const host = balancers.find((each) => each === name);
      if (host && !reportedAfter.has(host)) reportedAfter.set(host, (performance.now() - started) / 1000);
    };
    stack = await rehearse({
      stackFile: stackText({ balancers, servers: ["server-1", "server-2"] }),
      stack: stackName,
      hear,
    });
    await markHosts(stack.hosts);

    await stack.host("away").freeze();
    await sudoAsks("stern", true);
    editHost("stranger", (host) => ({ ...host, hostKey: stack.host("good").hostKey }));
    started = performance.now();
    const update = stack.up("--continue-on-error");
    void update.finally(() => (started = Infinity));
    while (frozenAt === Infinity && started !== Infinity) {
      const { stdout } = await stack.host("quiet").exec(["pgrep", "-x", "apt-get"]);
      if (stdout === "") await sleep(50);
      else {
        await stack.host("quiet").freeze();
        frozenAt = (performance.now() - started) / 1000;
      }
    }
    run = await update;
  });
  afterAll(async () => {
    rmSync(join(stateFolder, "elsewhere", stackName), { recursive: true, force: true });
    await stack?.close();
    await clearLeftovers();
  });

  /** Fake controllers check every 2 s. The checks are repeated until then. */
  const checksPass = (nodes: readonly string[]) =>
    expect.poll(() => failedChecks(stack, nodes), { timeout: 20_000, interval: 1000 }).toEqual([]);
  const sudoAsks = (name: Balancer, asks: boolean) =>
    stack
      .host(name)
      .exec(["sed", "-i", asks ? "s/NOPASSWD/PASSWD/" : "s/ PASSWD/ NOPASSWD/", "/etc/sudoers.d/rehearsal"]);
  const editHost = (name: Balancer, change: (host: object) => object | undefined) =>
    stack.edit((config) => {
      const balancer = config["rancher:loadBalancer"] as { hosts: { name: string }[] };
      const hosts = balancer.hosts.flatMap((host) => (host.name === name ? (change(host) ?? []) : [host]));
      config["rancher:loadBalancer"] = { ...balancer, hosts };
    });
  const resources = async () => {
    const exported = JSON.parse(await stack.engine.capture(["stack", "export", "--stack", stackName])) as ExportedStack;
    return (exported.deployment.resources ?? []).map(({ urn }) => urn.split("::").at(-1) ?? "");
  };

  it("do not respond: the run ends within its timeout, and names the address", () => {
    expect(run.code).not.toBe(0);
    expect(run.text).toMatch(
      new RegExp(`after 18 failed attempts: dial tcp ${stack.host("away").address}:22: i/o timeout`),
    );
    expect(reportedAfter.get("away")).toBeGreaterThan(100);
    expect(reportedAfter.get("away")).toBeLessThan(240);
  });

  it("have another host key: are rejected within about a minute", () => {
    expect(run.text).toContain("after 18 failed attempts: ssh: handshake failed: ssh: host key mismatch");
    expect(reportedAfter.get("stranger")).toBeLessThan(180);
  });

  it("ask for a password with sudo: are reported immediately", () => {
    expect(run.text).toContain("host stern: sudo asks ops for a password, and a script cannot give one. Allow it:");
    expect(reportedAfter.get("stern")).toBeLessThan(90);
  });

  it("go silent in the middle of a script: are given up after TCP keepalive", () => {
    expect(run.text).toContain("remote command exited without exit status");
    const silence = (reportedAfter.get("quiet") ?? Infinity) - frozenAt;
    expect(silence).toBeGreaterThan(130);
    expect(silence).toBeLessThan(240);
  });

  it("have such faults keep the state of all the others, and converge once they are repaired", async () => {
    const kept = await resources();
    await stack.host("away").thaw();
    await stack.host("quiet").thaw();
    await sudoAsks("stern", false);
    editHost("stranger", (host) => ({ ...host, hostKey: stack.host("stranger").hostKey }));

    const again = await stack.up();

    expect(kept).toEqual(
      expect.arrayContaining(["good-base-script", "good-nginx-script", "quiet-base-script", "cert-manager-release"]),
    );
    for (const name of ["quiet-nginx-script", "away-base-script", "stranger-base-script", "stern-base-script"]) {
      expect(kept).not.toContain(name);
    }
    expect(again.code, again.text).toBe(0);
    await checksPass(["server-1", "server-2"]);
  });

  it("are gone: npm run up names them, and explains how to forget them", async () => {
    await stack.host("away").stop();
    await sudoAsks("stern", true);
    stack.edit((config) => {
      const cluster = config["rancher:cluster"] as { servers: object[] };
      config["rancher:cluster"] = { ...cluster, servers: cluster.servers.slice(0, 1) };
    });

    // Only this one, because the dead host would take its minutes.
    const up = await projectCommand(stack, "up", ["--yes", "--skip-preview", "--target", "**stern-nginx-script"]);
    await sudoAsks("stern", false);

    expect(up.code).not.toBe(0);
    expect(up.stderr).toContain(`host away does not answer at ${stack.host("away").address} port 22.`);
    expect(up.stderr).toContain(`run: npm run forget -- ${stackName} away`);
    expect(up.stderr).not.toContain("host good does not answer");
  });

  it("are gone for good: are forgotten once the stack file no longer names them", async () => {
    const early = await projectCommand(stack, "forget", ["away"]);
    editHost("away", () => undefined);

    const forgotten = await projectCommand(stack, "forget", ["away"]);
    const kept = await resources();
    const twice = await projectCommand(stack, "forget", ["away"]);
    const up = await stack.up();

    expect([early.code, early.stderr]).toEqual([
      1,
      expect.stringContaining(`away is still in ${keptStackFile(stack)}; the next update would set it up again.`),
    ]);
    expect([forgotten.code, forgotten.stdout], forgotten.stderr).toEqual([
      0,
      expect.stringContaining("forgot away-nginx-script"),
    ]);
    expect(kept.filter((name) => name.startsWith("away"))).toEqual([]);
    expect([twice.code, twice.stderr]).toEqual([1, expect.stringContaining("has nothing on a host named away")]);
    expect(up.code, up.text).toBe(0);
  });

  it("had faults are restored after destroy", async () => {
    const destroyed = await stack.destroy();
    const hosts = stack.hosts.filter(({ name }) => name !== "away");

    expect(destroyed.code, destroyed.text).toBe(0);
    // The test itself changed the rule of sudo, and has restored it.
    const results = await checkNothingLeft({ ...stack, hosts });
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
  });
});
