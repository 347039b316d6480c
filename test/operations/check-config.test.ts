import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const project = join(import.meta.dirname, "..", "..");

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "check-config-"));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command as npm does, without colour by default. */
function checkConfig(stack: string, env: NodeJS.ProcessEnv = { NO_COLOR: "1" }) {
  const program = join(project, "bin", "rancher.mjs");
  const rest = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.endsWith("_COLOR")));
  const run = spawnSync(process.execPath, [program, "check-config", stack], {
    cwd: project,
    encoding: "utf8",
    env: { ...rest, ...env },
  });
  return { status: run.status, stdout: run.stdout, stderr: run.stderr };
}

function stackFile(change: (text: string) => string): string {
  const path = join(folder, "Pulumi.mine.yaml");
  const good = readFileSync(join(project, "test", "stack-files", "good.yaml"), "utf8");
  writeFileSync(path, change(`${good.trimEnd()}\n  rancher:kubeconfig: { secure: v1:abc }\n`));
  return path;
}

describe("npm run check-config", () => {
  it("describes the stack of a good file, and what it could not check", () => {
    const { status, stdout, stderr } = checkConfig(stackFile((text) => text));

    expect(stderr).toBe("");
    expect(stdout.split("\n").slice(1)).toEqual([
      "",
      "  url            https://rancher.example.com",
      "  Rancher        2.15.2, 3 replicas, from https://releases.rancher.com/server-charts/stable",
      "  cluster        existing",
      "  load balancer  nginx at layer 4 on lb-1, in front of server-1",
      "  certificate    rancher",
      "",
      "Not checked:",
      "  rancher:kubeconfig is encrypted: whether it is a kubeconfig",
      "  the hosts: whether they answer, with the pinned keys",
      "  the cluster: its version, ingress controller and workloads; pulumi preview does",
      "",
    ]);
    expect(stdout).toMatch(/^.*Pulumi\.mine\.yaml is valid\.\n/);
    expect(status).toBe(0);
  });

  it("leaves chart values to the preview, which has the chart", () => {
    const path = stackFile((text) => `${text}  rancher:chartValues: { audtLog: { level: 1 } }\n`);

    expect(checkConfig(path).stdout).toContain(
      "\n  the chart: whether it has the values in chartValues; pulumi preview does\n  the cluster:",
    );
  });

  it("reports all problems together, and fails", () => {
    const path = stackFile((text) => text.replace("rancher.example.com", "192.0.2.1").replace("2.15.2", "latest"));

    const { status, stdout, stderr } = checkConfig(path);

    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /Pulumi\.mine\.yaml has 2 problems:\n\n {2}- rancher:hostname is the IP address .*\n {2}- rancher:version is "latest"/,
    );
    expect(status).toBe(1);
  });

  it("shows warnings beside problems", () => {
    const path = stackFile((text) => text.replace(/hostKey: .*/, "insecureIgnoreHostKey: true"));

    expect(checkConfig(path).stdout).toContain(
      "Warnings:\n\n  - rancher:loadBalancer.hosts[0].insecureIgnoreHostKey is true: anyone between",
    );
  });

  it("prints colour on request", () => {
    const path = stackFile((text) => text);

    expect(checkConfig(path, { FORCE_COLOR: "1" }).stdout).toContain("\u001b[32m");
    expect(checkConfig(path).stdout).not.toContain("\u001b");
  });

  it("accepts the dev stack as it is", () => {
    const { status, stdout } = checkConfig("dev");

    expect(stdout).toMatch(/^Pulumi\.dev\.yaml is valid\./);
    expect(status).toBe(0);
  });

  it("fails on a stack that does not exist", () => {
    const { status, stderr } = checkConfig("prd");

    expect(stderr).toContain("there is no stack prd");
    expect(stderr).not.toContain("    at ");
    expect(status).toBe(1);
  });
});
