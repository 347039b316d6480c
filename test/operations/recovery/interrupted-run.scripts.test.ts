import { link } from "../../../components/host/shell/link.ts";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Engine } from "../../../operations/engine/engine.ts";
import { recoverInterruptedRun } from "../../../operations/recovery/interrupted-run.ts";
import { ownershipLabels } from "../../../components/cluster/ownership.ts";
import type { ExportedStack } from "../../../operations/recovery/deployment.ts";
import { playApi } from "../../support/kubernetes-api.ts";
import { FakeTools } from "../../support/scripts/fake-tool.ts";

vi.mock("../../../operations/recovery/orphans.ts", () => ({ endOrphans: () => ["node (process 7), left behind"] }));

const script = { urn: "urn:pulumi:prod::rancher::command:remote:Command::lb-1-nginx-script", type: "command" };
const release = {
  urn: "urn:pulumi:prod::rancher::kubernetes:helm.sh/v3:Release::rancher-release",
  type: "kubernetes:helm.sh/v3:Release",
  inputs: { name: "rancher", namespace: "cattle-system" },
};

let home: string;
let asked: { args: readonly string[]; input: string | undefined }[];
let logged: string[];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "rancher-recovery-"));
  asked = [];
  logged = [];
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

const uid = "this-cluster";
const recipe = { urn: "urn:recipe", type: "rancher:recipes:HighAvailability", inputs: { clusterUid: uid } };
const container = {
  urn: "urn:pulumi:dev::rancher::docker:index/container:Container::rancher-container",
  type: "docker:index/container:Container",
  inputs: { name: "rancher", labels: [{ label: "rancher.stack", value: "rancher/prod" }] },
};

/** A cluster with this UID, whose cattle-system belongs to the stack `prod`. */
const clusterOf = (kubeSystem: string) => ({
  namespaces: [
    { metadata: { name: "kube-system", uid: kubeSystem } },
    { metadata: { name: "cattle-system", uid: "x", labels: ownershipLabels("rancher/prod") } },
  ],
});

/** An engine whose stack has these operations pending. */
function engineWith(resources: object[] = [], { kubeconfig = "canary-kubeconfig" } = {}): Engine {
  const pending_operations = resources.map((resource) => ({ type: "creating", resource }));
  return {
    backend: pathToFileURL(home).href,
    run: "test",
    interact: () => Promise.reject(new Error("not expected")),
    stream: () => Promise.reject(new Error("not expected")),
    capture: (args, input) => {
      asked.push({ args, input });
      const deployment = { resources: [script, recipe], pending_operations };
      return Promise.resolve(args[1] === "export" ? JSON.stringify({ version: 3, deployment }) : kubeconfig);
    },
  };
}

const never = () => Promise.reject(new Error("not expected"));
const recover = (engine: Engine) =>
  recoverInterruptedRun(engine, { stack: "prod", log: (line) => logged.push(line), confirm: never });
const commands = () => asked.map(({ args }) => args.join(" "));

function lock(pid: number): string {
  const folder = join(home, ".pulumi", "locks", "organization", "rancher", "prod");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "a.json"),
    JSON.stringify({ pid, username: "ops", hostname: hostname(), timestamp: new Date().toISOString() }),
  );
  return folder;
}

describe("recoverInterruptedRun", () => {
  it("changes nothing in a stack without pending operations", async () => {
    await recover(engineWith());

    expect(commands()).toEqual(["stack export --stack prod"]);
    expect(logged).toEqual(["recovered: ended node (process 7), left behind"]);
  });

  it("removes pending operations, through standard input, and reports them", async () => {
    await recover(engineWith([script]));

    expect(commands()).toEqual(["stack export --stack prod", "stack import --stack prod"]);
    expect(JSON.parse(asked[1]?.input ?? "")).toEqual({
      version: 3,
      deployment: { resources: [script, recipe], pending_operations: [] },
    });
    expect(logged.at(-1)).toBe(
      "recovered: removed these operations from the state; the next update repeats them: creating lb-1-nginx-script",
    );
  });

  it("removes the lock of a dead engine first", async () => {
    const folder = lock(spawnSync("true").pid);

    await recover(engineWith([script]));

    expect(readdirSync(folder)).toEqual([]);
    expect(logged[1]).toMatch(/^recovered: removed the lock of process \d+, which ended without releasing it \(.+\)$/);
  });

  it("changes nothing while another engine holds the stack", async () => {
    lock(process.pid);

    await expect(recover(engineWith([script]))).rejects.toThrow(/prod has been in use since .+ by process/);
    expect(asked).toEqual([]);
  });

  it("recovers a Helm release, adds it to the state and has the provider refresh it", async () => {
    await using api = await playApi(clusterOf(uid));
    using tools = new FakeTools();
    const found = '[{"name":"rancher","status":"pending-install","revision":"1"}]';
    tools.tool("helm", "v3.19.0", `[ "$1" != list ] || echo '${found}'`);
    vi.stubEnv("PATH", `${tools.path}:${process.env["PATH"]}`);

    await recover(engineWith([release], { kubeconfig: api.kubeconfig }));

    expect(commands()).toEqual([
      "stack export --stack prod",
      "config get rancher:kubeconfig --stack prod",
      "stack import --stack prod",
      `refresh --stack prod --yes --skip-preview --target ${release.urn}`,
    ]);
    const imported = JSON.parse(asked[2]?.input ?? "") as ExportedStack;
    expect(imported.deployment.resources?.at(-1)).toMatchObject({ urn: release.urn, id: "cattle-system/rancher" });
    expect(logged.slice(1)).toEqual(["recovered: completed the interrupted installation of rancher"]);
    expect(logged.join("\n")).not.toContain("canary");
  });

  it("changes nothing if the kubeconfig now leads to another cluster", async () => {
    await using api = await playApi(clusterOf("another-cluster"));
    using tools = new FakeTools();
    tools.tool("helm", "v3.19.0", "echo 'Error: not expected' >&2; exit 1");
    vi.stubEnv("PATH", `${tools.path}:${process.env["PATH"]}`);

    await expect(recover(engineWith([release], { kubeconfig: api.kubeconfig }))).rejects.toThrow(
      "rancher:kubeconfig leads to another cluster than the interrupted run worked on",
    );
    expect(commands()).not.toContain("stack import --stack prod");
    expect(api.requests.filter((request) => !request.startsWith("GET "))).toEqual([]);
  });

  it("keeps the pending operations if a release cannot be recovered, so that the next run tries again", async () => {
    await using api = await playApi(clusterOf(uid));
    using tools = new FakeTools();
    tools.tool("helm", "v3.19.0", "echo 'Error: Kubernetes cluster unreachable' >&2; exit 1");
    vi.stubEnv("PATH", `${tools.path}:${process.env["PATH"]}`);

    await expect(recover(engineWith([release], { kubeconfig: api.kubeconfig }))).rejects.toThrow(
      "helm list: Error: Kubernetes cluster unreachable",
    );
    expect(commands()).not.toContain("stack import --stack prod");
  });

  it("adds a running container on the Docker host to the state", async () => {
    const scripts: string[] = [];

    await recoverInterruptedRun(engineWith([container]), {
      stack: "prod",
      log: (line) => logged.push(line),
      confirm: never,
      dockerHost: {
        name: "local",
        run: ({ body }) => {
          scripts.push(link(body), ...commands());
          return Promise.resolve("container rancher 0123abc\n");
        },
      },
    });

    expect(scripts[0]).toContain("host=local\nstack=rancher/prod\n");
    expect(scripts.join(" ")).not.toContain("stack import");
    const imported = JSON.parse(asked.find(({ args }) => args[1] === "import")?.input ?? "") as ExportedStack;
    expect(imported.deployment.resources?.at(-1)).toMatchObject({ urn: container.urn, id: "0123abc" });
    expect(logged).toContain("recovered: added the existing container rancher to the state");
    expect(commands().at(-1)).toBe(`refresh --stack prod --yes --skip-preview --target ${container.urn}`);
  });

  it("does not contact a Docker host if no container was being created", async () => {
    const dockerHost = { name: "local", run: never };

    await recoverInterruptedRun(engineWith([script]), {
      stack: "prod",
      log: (line) => logged.push(line),
      confirm: never,
      dockerHost,
    });

    expect(commands().at(-1)).toContain("stack import");
  });
});
