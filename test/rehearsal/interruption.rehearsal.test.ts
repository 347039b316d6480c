import { spawn, type ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { recoverInterruptedRun } from "../../operations/recovery/interrupted-run.ts";
import { markedProcesses } from "../../operations/recovery/orphans.ts";
import { stateFolder } from "../../operations/stack/work-folder.ts";
import { checkNothingLeft, markHosts } from "../../rehearsal/traces.ts";
import { clearLeftovers } from "../../rehearsal/sandbox/leftovers.ts";
import { failedChecks } from "./support/balancer-checks.ts";
import { holdNewPods, killEngineWhen, releaseStatus } from "./support/single-node/killed-engine.ts";
import { projectCommand } from "./support/project-command.ts";
import { isRoot, rehearse, type Rehearsed } from "./support/rehearsed.ts";
import { stackText } from "./support/stack-text.ts";

const servers = ["server-1", "server-2"];
/** A name that users of this clone do not have, because `npm run up` keeps a folder for it in the clone. */
const stackName = "interruption-test";

/** One stack, whose engine is killed at every stage of its life. */
describe.skipIf(!isRoot)("an engine that is killed in the middle of up", () => {
  let stack: Rehearsed;
  let bystander: ChildProcess;
  /** The second balancer, as the stack file describes it. It joins in the last run that is killed. */
  let second: unknown;

  beforeAll(async () => {
    stack = await rehearse({ stackFile: stackText({ balancers: ["lb-1", "lb-2"], servers }), stack: stackName });
    editBalancers((hosts) => (second = hosts.pop()));
    await markHosts(stack.hosts);
    bystander = spawn("sleep", ["1000"], { stdio: "ignore" });
  });
  afterAll(async () => {
    bystander?.kill();
    rmSync(join(stateFolder, "elsewhere", stackName), { recursive: true, force: true });
    await stack?.close();
    await clearLeftovers();
  });

  const editBalancers = (change: (hosts: unknown[]) => void) =>
    stack.edit((config) => change((config["rancher:loadBalancer"] as { hosts: unknown[] }).hosts));
  /** The fake controllers check every 2 s. The checks are repeated until then. */
  const checksPass = (...balancers: string[]) => {
    const hosts = balancers.map((name) => stack.host(name));
    const failed = () => failedChecks({ ...stack, hosts }, servers);
    return expect.poll(failed, { timeout: 20_000, interval: 1000 }).toEqual([]);
  };
  const recover = async () => {
    const lines: string[] = [];
    const confirm = () => Promise.reject(new Error("not expected"));
    await recoverInterruptedRun(stack.engine, { stack: stackName, log: (line) => lines.push(line), confirm });
    return lines.join("\n");
  };
  const plugins = () => markedProcesses().filter(({ run }) => run === stack.engine.run);
  const statusOf = (release: string) => releaseStatus(stack.kubernetes.kubeconfig, release);
  const killWhilePending = async (release: string, status: string) => {
    const continuePods = await holdNewPods(stack.kubernetes.kubeconfig);
    try {
      await killEngineWhen(
        stack,
        () => stack.up(),
        async () => (await statusOf(release)) === status,
      );
    } finally {
      await continuePods();
    }
  };

  it("while cert-manager is installed", async () => {
    await killWhilePending("cert-manager", "pending-install");

    expect(await recover()).toMatch(
      /recovered: (completed the interrupted installation of cert-manager|added the release cert-manager, which is deployed, to the state)/,
    );
    expect(await statusOf("cert-manager")).toBe("deployed");
  });

  it("while Rancher is installed: npm run up on a stack file kept elsewhere completes it and goes on to the end", async () => {
    await killWhilePending("rancher", "pending-install");

    const { code, stdout, stderr } = await projectCommand(stack, "up", ["--yes", "--skip-preview"]);

    expect(code, stdout + stderr).toBe(0);
    expect(stderr).toMatch(
      /recovered: (completed the interrupted installation of rancher|added the release rancher, which is deployed, to the state)/,
    );
    expect(await statusOf("rancher")).toBe("deployed");
    await checksPass("lb-1");
  });

  it("while Rancher is upgraded: the upgrade is rolled back and made again", async () => {
    stack.edit((config) => (config["rancher:chartValues"] = { auditLog: { maxAge: 2 } }));
    await killWhilePending("rancher", "pending-upgrade");

    expect(await recover()).toContain("recovered: rolled back the interrupted upgrade of rancher");
    const up = await stack.up();

    expect(up.code, up.text).toBe(0);
    expect(await statusOf("rancher")).toBe("deployed");
    await checksPass("lb-1");
  });

  it("while a script runs on a host: nothing is recovered while it lives, then its plugins and its lock are", async () => {
    editBalancers((hosts) => hosts.push(second));
    let refusal = "";
    const killed = await killEngineWhen(
      stack,
      () => stack.up(),
      async () => {
        const { stdout = "" } = await stack.host("lb-2").exec(["pgrep", "-x", "apt-get"]);
        if (stdout === "") return false;
        refusal = await recover().catch((error: Error) => error.message);
        return true;
      },
    );

    expect(killed.code).not.toBe(0);
    expect(refusal).toMatch(
      new RegExp(`^${stackName} has been in use since .+ by process \\d+ of root\\. Wait until it ends, or end it\\.$`),
    );
    const log = await recover();
    expect(log).toMatch(/recovered: removed the lock of process \d+, which ended without releasing it/);
    expect(log).toMatch(
      /recovered: removed these operations from the state; the next update repeats them: .*creating lb-2-nginx-script/,
    );
    expect(plugins()).toEqual([]);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    const up = await stack.up();
    expect(up.code, up.text).toBe(0);
    await checksPass("lb-1", "lb-2");
  });

  it("leaves nothing to recover after that, nothing to do, and nothing after destroy", async () => {
    const log = await recover();
    const again = await stack.up("--expect-no-changes");
    const destroyed = await stack.destroy();

    expect(log).toBe("");
    expect(again.code, again.text).toBe(0);
    expect(destroyed.code, destroyed.text).toBe(0);
    expect((await checkNothingLeft(stack)).filter(({ passed }) => !passed)).toEqual([]);
  });
});
