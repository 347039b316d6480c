import { spawn, type ChildProcess } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mendInterruptedRun } from "../../operations/mend/interrupted-run.ts";
import { markedProcesses } from "../../operations/mend/orphans.ts";
import { stateFolder } from "../../operations/work-folder.ts";
import { checkNothingLeft, markHosts } from "../../rehearsal/traces.ts";
import { clearLeftovers } from "../../rehearsal/world/leftovers.ts";
import { failedChecks } from "./support/balancer-checks.ts";
import { killEngineWhen, releaseStatus } from "./support/killed-engine.ts";
import { projectCommand } from "./support/project-command.ts";
import { isRoot, rehearse, type Rehearsed } from "./support/rehearsed.ts";
import { stackText } from "./support/stack-text.ts";

const servers = ["server-1", "server-2"];
/** Not a name that a user of this clone would have, as `npm run up` keeps a folder for it in the clone. */
const stackName = "interruption-test";

/** One stack, whose engine is killed at every stage of its life. */
describe.skipIf(!isRoot)("an engine that is killed in the middle of up", () => {
  let stack: Rehearsed;
  let bystander: ChildProcess;

  beforeAll(async () => {
    stack = await rehearse({ stackFile: stackText({ balancers: ["lb-1"], servers }), stack: stackName });
    await markHosts(stack.hosts);
    bystander = spawn("sleep", ["1000"], { stdio: "ignore" });
  });
  afterAll(async () => {
    bystander?.kill();
    rmSync(join(stateFolder, "elsewhere", stackName), { recursive: true, force: true });
    await stack?.close();
    await clearLeftovers();
  });

  /** Played controllers look every 2 s; the checks are made again until then. */
  const checksPass = (nodes: readonly string[]) =>
    expect.poll(() => failedChecks(stack, nodes), { timeout: 20_000, interval: 1000 }).toEqual([]);
  const mend = async () => {
    const said: string[] = [];
    await mendInterruptedRun(stack.engine, { stack: stackName, say: (line) => said.push(line) });
    return said.join("\n");
  };
  const plugins = () => markedProcesses().filter(({ run }) => run === stack.engine.run);
  const statusOf = (release: string) => releaseStatus(stack.kubernetes.kubeconfig, release);

  it("while a script runs on a host: nobody else's run is mended, then its plugins and its lock are", async () => {
    const [host] = stack.hosts;
    let refusal = "";
    const killed = await killEngineWhen(
      stack,
      () => stack.up(),
      async () => {
        const { stdout = "" } = (await host?.exec(["pgrep", "-x", "apt-get"])) ?? {};
        if (stdout === "") return false;
        refusal = await mend().catch((error: Error) => error.message);
        return true;
      },
    );

    expect(killed.code).not.toBe(0);
    expect(refusal).toMatch(
      new RegExp(`^${stackName} is being changed since .+ by process \\d+ of root\\. Wait for it, or end it\\.$`),
    );
    const said = await mend();
    expect(said).toMatch(/mended: removed the lock of process \d+, which ended without giving it back/);
    expect(said).toMatch(/mended: forgot what was under way, it is done again: .*creating lb-1-nginx-script/);
    expect(plugins()).toEqual([]);
    expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
  });

  it("while cert-manager is installed", async () => {
    await killEngineWhen(
      stack,
      () => stack.up(),
      async () => (await statusOf("cert-manager")) === "pending-install",
    );

    expect(await mend()).toMatch(/mended: freed the installation of cert-manager that was cut short/);
    expect(await statusOf("cert-manager")).toBeUndefined();
  });

  it("while Rancher is installed: npm run up on a stack file kept elsewhere mends it and goes on to the end", async () => {
    await killEngineWhen(
      stack,
      () => stack.up(),
      async () => (await statusOf("rancher")) === "pending-install",
    );

    const { code, stdout, stderr } = await projectCommand(stack, "up", ["--yes", "--skip-preview"]);

    expect(code, stdout + stderr).toBe(0);
    expect(stderr).toMatch(/mended: freed the installation of rancher that was cut short/);
    expect(await statusOf("rancher")).toBe("deployed");
    await checksPass(servers);
  });

  it("while Rancher is upgraded: the upgrade is rolled back and made again", async () => {
    stack.edit((config) => (config["rancher:chartValues"] = { auditLog: { level: 1 } }));
    await killEngineWhen(
      stack,
      () => stack.up(),
      async () => (await statusOf("rancher")) === "pending-upgrade",
    );

    expect(await mend()).toContain("mended: freed the half-finished upgrade of rancher, by rolling it back");
    const up = await stack.up();

    expect(up.code, up.text).toBe(0);
    expect(await statusOf("rancher")).toBe("deployed");
    await checksPass(servers);
  });

  it("leaves nothing to mend after that, nothing to do, and nothing after destroy", async () => {
    const said = await mend();
    const again = await stack.up("--expect-no-changes");
    const destroyed = await stack.destroy();

    expect(said).toBe("");
    expect(again.code, again.text).toBe(0);
    expect(destroyed.code, destroyed.text).toBe(0);
    expect((await checkNothingLeft(stack)).filter(({ passed }) => !passed)).toEqual([]);
  });
});
