import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Engine } from "../../../operations/engine.ts";
import { mendInterruptedRun } from "../../../operations/mend/interrupted-run.ts";
import { FakeTools } from "../../support/fake-tool.ts";

vi.mock("../../../operations/mend/orphans.ts", () => ({ endOrphans: () => ["node (process 7), left behind"] }));

const script = { urn: "urn:pulumi:prod::rancher::command:remote:Command::lb-1-nginx-script", type: "command" };
const release = {
  urn: "urn:pulumi:prod::rancher::kubernetes:helm.sh/v3:Release::rancher-release",
  type: "kubernetes:helm.sh/v3:Release",
  inputs: { name: "rancher", namespace: "cattle-system" },
};

let home: string;
let asked: { args: readonly string[]; input: string | undefined }[];
let said: string[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "rancher-mend-"));
  asked = [];
  said = [];
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

/** An engine whose stack has these operations pending. */
function engineWith(...resources: object[]): Engine {
  const pending_operations = resources.map((resource) => ({ type: "creating", resource }));
  return {
    backend: pathToFileURL(home).href,
    run: "test",
    interact: () => Promise.reject(new Error("not expected")),
    stream: () => Promise.reject(new Error("not expected")),
    capture: (args, input) => {
      asked.push({ args, input });
      const deployment = { resources: [script], pending_operations };
      return Promise.resolve(args[1] === "export" ? JSON.stringify({ version: 3, deployment }) : "canary-kubeconfig");
    },
  };
}

const mend = (engine: Engine) => mendInterruptedRun(engine, { stack: "prod", say: (line) => said.push(line) });
const commands = () => asked.map(({ args }) => args.join(" "));

function lock(pid: number): string {
  const folder = join(home, ".pulumi", "locks", "organization", "rancher", "prod");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "a.json"),
    JSON.stringify({ pid, username: "ops", hostname: hostname(), timestamp: "then" }),
  );
  return folder;
}

describe("mendInterruptedRun", () => {
  it("changes nothing in a stack that was left in order", async () => {
    await mend(engineWith());

    expect(commands()).toEqual(["stack export --stack prod"]);
    expect(said).toEqual(["mended: ended node (process 7), left behind"]);
  });

  it("forgets what was under way, through standard input, and says what", async () => {
    await mend(engineWith(script));

    expect(commands()).toEqual(["stack export --stack prod", "stack import --stack prod"]);
    expect(JSON.parse(asked[1]?.input ?? "")).toEqual({
      version: 3,
      deployment: { resources: [script], pending_operations: [] },
    });
    expect(said.at(-1)).toBe("mended: forgot what was under way, it is done again: creating lb-1-nginx-script");
  });

  it("removes the lock of a dead engine first", async () => {
    const folder = lock(spawnSync("true").pid);

    await mend(engineWith(script));

    expect(readdirSync(folder)).toEqual([]);
    expect(said[1]).toMatch(/^mended: removed the lock of process \d+, which ended without giving it back \(then\)$/);
  });

  it("touches nothing while a living engine has the stack", async () => {
    lock(process.pid);

    await expect(mend(engineWith(script))).rejects.toThrow("prod is being changed since then by process");
    expect(asked).toEqual([]);
  });

  it("frees a Helm release that was under way, before the state forgets it", async () => {
    using tools = new FakeTools();
    tools.tool("helm", "v3.19.0", `[ "$1" != list ] || echo '[{"name":"rancher","status":"pending-install"}]'`);
    vi.stubEnv("PATH", tools.path);

    await mend(engineWith(release));

    expect(commands()).toEqual([
      "stack export --stack prod",
      "config get rancher:kubeconfig --stack prod",
      "stack import --stack prod",
    ]);
    expect(said.slice(1)).toEqual([
      "mended: freed the installation of rancher that was cut short (pending-install), by uninstalling it without hooks",
      "mended: forgot what was under way, it is done again: creating rancher-release",
    ]);
    expect(said.join("\n")).not.toContain("canary");
  });

  it("keeps the pending operations when the release cannot be freed, so that the next run tries again", async () => {
    using tools = new FakeTools();
    tools.tool("helm", "v3.19.0", "echo 'Error: Kubernetes cluster unreachable' >&2; exit 1");
    vi.stubEnv("PATH", tools.path);

    await expect(mend(engineWith(release))).rejects.toThrow("helm list: Error: Kubernetes cluster unreachable");
    expect(commands()).not.toContain("stack import --stack prod");
  });

  it("takes a container that is half made away on the Docker host, before it is forgotten", async () => {
    const labels = [{ label: "rancher.stack", value: "rancher/dev" }];
    const container = {
      urn: "urn:pulumi:dev::rancher::docker:index/container:Container::rancher-container",
      type: "docker:index/container:Container",
      inputs: { name: "rancher", labels },
    };
    const ran: string[] = [];

    await mendInterruptedRun(engineWith(container), {
      stack: "prod",
      say: (line) => said.push(line),
      onDockerHost: ({ body }) => {
        ran.push(body, ...commands());
        return Promise.resolve("");
      },
    });

    expect(ran[0]).toContain("docker rm -f -v rancher");
    expect(ran.join(" ")).not.toContain("stack import");
    expect(commands().at(-1)).toContain("stack import");
  });

  it("asks no Docker host where no container was being made", async () => {
    const onDockerHost = () => Promise.reject(new Error("not expected"));

    await mendInterruptedRun(engineWith(script), { stack: "prod", say: (line) => said.push(line), onDockerHost });

    expect(commands().at(-1)).toContain("stack import");
  });
});
