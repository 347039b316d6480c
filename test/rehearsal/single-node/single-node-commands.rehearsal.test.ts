import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endOrphans } from "../../../operations/recovery/orphans.ts";
import { setTimeout as sleep } from "node:timers/promises";
import { rancherImage } from "../../../rehearsal/docker/rancher-image.ts";
import { checkSingleNode, outputsOf } from "../../../rehearsal/single-node/checks.ts";
import { clearLeftovers } from "../../../rehearsal/sandbox/leftovers.ts";
import { engineProcess } from "../support/single-node/killed-engine.ts";
import { talk } from "../support/pulumi-runs.ts";
import { isRoot } from "../support/rehearsed.ts";
import { rehearseSingleNode, type RehearsedSingleNode } from "../support/single-node/rehearsed-single-node.ts";
import {
  singleNodeCommand,
  singleNodeStackFile,
  type SingleNodeCommand,
} from "../support/single-node/single-node-command.ts";

/** One stack on a host over SSH, managed by the commands: each test begins where the previous one ended. */
describe.skipIf(!isRoot)("the commands of a single node", () => {
  const host = { name: "rancher-1", address: "192.0.2.20", user: "ops", hostKey: "ssh-ed25519 AAAA" };
  const folder = "/var/backups/rancher";
  let stack: RehearsedSingleNode;
  let archive = "";
  /** Password of the first stack, which its data keeps. */
  let password: string | undefined;

  beforeAll(async () => {
    const loadBalancer = { kind: "nginx", image: `nginx:1.30.6@sha256:${"0".repeat(64)}` };
    const values = { hostname: "rancher.example.com", version: "2.14.3", docker: { host }, loadBalancer };
    stack = await rehearseSingleNode(values);
    await stack.host.mark();
    const run = await stack.up();
    expect(run.code, run.text).toBe(0);
    await stack.mark("before");
  });
  afterAll(async () => {
    await stack?.close();
    await clearLeftovers();
  });

  const command = (name: SingleNodeCommand, ...args: string[]) => singleNodeCommand(stack, name, ...args);
  const imageInUse = () => stack.docker.docker("inspect", "-f", "{{.Config.Image}}", "rancher");
  const balancer = (settings: object) => stack.edit((config) => void (config["rancher:loadBalancer"] = settings));
  /** Existing data has its own password. */
  const failing = async (password?: string | null) =>
    (await checkSingleNode(stack, password)).filter(({ passed }) => !passed);
  const volumes = async () => (await stack.docker.mustDocker("volume", "ls", "--format", "{{.Name}}")).split("\n");

  it("backup archives while Rancher keeps serving, and lists the archives", async () => {
    const end = await command("backup");

    expect(end.code, end.stderr).toBe(0);
    [archive = ""] = /rancher-2\.14\.3-\d{8}T\d{6}Z\.tar\.gz/.exec(end.stdout) ?? [];
    expect(archive).not.toBe("");
    expect(end.stderr).toContain("Rancher was stopped for");
    expect((await stack.host.exec(["ls", folder])).stdout).toContain(`${archive}.sha256`);
    await expect.poll(() => stack.marked(), { timeout: 60_000 }).toBe("before");
  });

  it("restore brings back image and data within two minutes, without a registry, after an upgrade that failed past its test", async () => {
    await stack.mark("lost with the upgrade");
    const previous = (await imageInUse()).stdout;
    expect(previous).toMatch(/:v2\.14\.3@sha256:/);
    // Healthy in the upgrade test, and not in place of the old one.
    stack.registry.add(
      "rancher/rancher",
      "v2.15.2",
      await rancherImage({ version: "2.15.2", fault: "fails-when-served" }),
    );
    stack.edit((config) => {
      config["rancher:version"] = "2.15.2";
      config["rancher:docker"] = {
        ...(config["rancher:docker"] as object),
        image: stack.imageOf({ version: "2.15.2" }),
      };
    });
    let ended = "";
    const upgrade = stack.up().then((run) => (ended = `it ended: ${run.text}`));
    while (!(await imageInUse()).stdout.includes("2.15.2")) {
      if (ended !== "") throw new Error(ended);
      await sleep(200);
    }
    process.kill(engineProcess(stack.engine.run), "SIGKILL");
    await upgrade;
    endOrphans();
    // The tag has moved meanwhile; the digest still refers to the same image.
    stack.registry.add("rancher/rancher", "v2.14.3", await rancherImage({ version: "2.14.3", fault: "crashing" }));
    const asked = stack.registry.requests.length;
    const started = performance.now();

    const end = await command("restore", archive, "--yes");

    expect(end.code, `${end.stdout}\n${end.stderr}`).toBe(0);
    // On an idle machine it takes a fraction of that. A real server's start takes its own share of two minutes.
    expect((performance.now() - started) / 1000).toBeLessThan(600);
    talk(`restored after ${Math.round((performance.now() - started) / 1000)} s`);
    expect((await imageInUse()).stdout).toBe(previous);
    expect(stack.registry.requests.slice(asked)).toEqual([]);
    stack.registry.add("rancher/rancher", "v2.14.3", await rancherImage({ version: "2.14.3" }));
    expect(await stack.marked()).toBe("before");
    const text = readFileSync(singleNodeStackFile(stack), "utf8");
    expect(text).toContain(`restore: ${archive}`);
    expect((await checkSingleNode(stack)).filter(({ passed }) => !passed)).toEqual([]);
  });

  it("uninstall keeps the data and prints where; another up uses it again", async () => {
    password = (await outputsOf(stack)).bootstrapPassword;
    const end = await command("uninstall", "--yes");

    expect(end.code, end.stderr).toBe(0);
    expect(end.stdout).toContain("Kept on host rancher-1:");
    expect(await volumes()).toContain("rancher-data");
    expect(await stack.docker.mustDocker("ps", "-aq")).toBe("");

    const again = await command("up", "--yes", "--skip-preview");
    expect(again.code, again.stderr).toBe(0);
    expect(await stack.marked(password)).toBe("before");
  });

  it("nginx moves from a container to the host by way of an uninstall, as the refusal says", async () => {
    balancer({ kind: "nginx", runAs: "host" });

    const refused = await command("up", "--yes", "--skip-preview");
    expect(refused.code).not.toBe(0);
    expect(refused.stdout + refused.stderr).toContain("on a single node with npm run uninstall, which keeps the data");
    expect((await command("uninstall", "--yes")).code).toBe(0);
    const moved = await command("up", "--yes", "--skip-preview");

    expect(moved.code, `${moved.stdout}\n${moved.stderr}`).toBe(0);
    expect((await stack.host.exec(["systemctl", "is-active", "nginx"])).stdout.trim()).toBe("active");
    expect(await stack.marked(password)).toBe("before");
    expect(await failing(password)).toEqual([]);
  });

  it("uninstall --delete-data leaves nothing", async () => {
    const end = await command("uninstall", "--delete-data", "--yes");

    expect(end.code, end.stderr).toBe(0);
    expect(await volumes()).not.toContain("rancher-data");
    expect((await stack.host.exec(["ls", folder])).code).not.toBe(0);
  });

  it("adopt shows what it found, only the names of variables, and changes nothing before a confirmation", async () => {
    const variables = ["-e", "CATTLE_BOOTSTRAP_PASSWORD=not-shown-anywhere", "-e", "AUDIT_LEVEL=1"];
    const options = ["-d", "--name", "by-hand", "--privileged", "-v", "/opt/rancher:/var/lib/rancher", ...variables];
    await stack.docker.mustDocker("run", ...options, stack.imageOf({ version: "2.14.3" }));
    const text = readFileSync(singleNodeStackFile(stack), "utf8");

    const end = await command("adopt", "by-hand");

    expect([end.code, end.stderr]).toEqual([1, expect.stringContaining("Confirm with --yes")]);
    expect(end.stdout).toContain("in the folder /opt/rancher of the host");
    expect(end.stdout).toContain("variable AUDIT_LEVEL: docker.auditLog");
    expect(end.stdout + end.stderr).not.toContain("not-shown-anywhere");
    expect(readFileSync(singleNodeStackFile(stack), "utf8")).toBe(text);
    expect(await stack.docker.mustDocker("inspect", "-f", "{{.State.Running}}", "by-hand")).toBe("true");
    await stack.docker.mustDocker("rm", "-f", "-v", "by-hand");
  });

  it("adopt takes over what the usual guides start: latest, no name, data in an anonymous place, ports 80 and 443", async () => {
    const { host: registry } = stack.registry;
    balancer({ kind: "nginx", image: (stack.overlaid.values["loadBalancer"] as { image: string }).image });
    stack.registry.add("rancher/rancher", "latest", await rancherImage({ version: "2.14.3" }));
    const options = ["-d", "--restart=unless-stopped", "-p", "80:80", "-p", "443:443", "--privileged"];
    await stack.docker.mustDocker("run", ...options, `${registry}/rancher/rancher:latest`);
    const name = await stack.docker.mustDocker("ps", "--format", "{{.Names}}");
    const log = "/var/lib/rancher/k3s/server/db/etcd/member/wal/0.wal";
    const uuid = async (container: string) =>
      (await stack.docker.docker("exec", container, "grep", "-h", "-o", '"installUuid":"[^"]*"', log)).stdout
        .trim()
        .split("\n")
        .at(-1) ?? "";
    await expect.poll(() => uuid(name), { timeout: 120_000 }).toContain("installUuid");
    const before = await uuid(name);

    const end = await command("adopt", name, "--yes");

    expect(end.code, `${end.stdout}\n${end.stderr}`).toBe(0);
    expect(end.stdout).toContain(`image      ${registry}/rancher/rancher:latest`);
    expect(end.stdout).toContain("Rancher    2.14.3");
    expect(end.stdout).toContain(`${name} is stopped while its data is copied`);
    expect(end.stdout).toContain(`+     adopt: ${name}`);
    await expect.poll(() => uuid("rancher"), { timeout: 60_000 }).toBe(before);
    expect((await imageInUse()).stdout).toMatch(/rancher\/rancher:v2\.14\.3@sha256:/);
    const kept = `${name}-before-rancher-stack`;
    expect(await stack.docker.mustDocker("inspect", "-f", "{{.State.Running}}", kept)).toBe("false");
    await stack.docker.mustDocker("rm", "-v", kept);
    expect(await failing(null)).toEqual([]);
    expect((await command("backup", "--list")).stdout).toContain("rancher-2.14.3-");
  });
});
