import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { projectFolder } from "../../../operations/stack/work-folder.ts";
import { FakeTools } from "../../support/scripts/fake-tool.ts";

/** Runs the commands as a user would, with an engine and a Docker that record their calls. */
const archives = ["rancher-2.15.2-20261121T030000Z.tar.gz", "rancher-2.14.3-20261119T030000Z.tar.gz"] as const;
const stack = `commands-${process.pid}`;

// Each test starts several processes, which takes long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

let tools: FakeTools;
let backups: string;
let file: string;
beforeEach(() => {
  tools = new FakeTools();
  backups = join(tools.folder, "rancher-backups");
  file = join(tools.folder, `Pulumi.${stack}.yaml`);
  mkdirSync(backups);
  for (const name of archives)
    for (const ending of ["", ".sha256"]) writeFileSync(join(backups, `${name}${ending}`), "x");
  writeFileSync(file, stackText());
  tools.tool("pulumi-language-nodejs", "v3.259.0", "exit 1");
  pulumi();
  tools.tool("docker", "Docker version 28", 'case "$*" in "container ls"*) echo wiki ;; esac');
});
afterEach(() => {
  tools[Symbol.dispose]();
  rmSync(join(projectFolder, ".state", "elsewhere", stack), { recursive: true, force: true });
});

function stackText(version = "2.15.2", more = ""): string {
  return `# mine
config:
  rancher:mode: single-node
  rancher:hostname: rancher.localhost
  rancher:version: ${version} # Rancher
  rancher:docker:${more}
    memory: 8g
`;
}

function pulumi(up = "exit 0") {
  const body = `printf '%s\\n' "$*" >>${tools.folder}/calls
case "$1 $2" in
  "stack export") echo '{"version":3,"deployment":{"resources":[]}}' ;;
  up*) ${up} ;;
  "stack output") echo '["Sign in as admin.","Then change the password."]' ;;
esac`;
  tools.tool("pulumi", "v3.259.0", body);
}

const calls = () =>
  readFileSync(join(tools.folder, "calls"), "utf8")
    .split("\n")
    .filter((call) => /^(up|destroy)/.test(call));

function run(command: string, ...args: string[]) {
  const child = spawn(process.execPath, ["bin/rancher.mjs", command, file, ...args], {
    cwd: projectFolder,
    env: { PATH: tools.path, HOME: tools.folder, PULUMI_BACKEND_URL: `file://${tools.folder}`, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.stderr += text));
  return new Promise<{ code: number | null; stdout: string; stderr: string }>((done) =>
    child.once("close", (code) => done({ code, ...texts })),
  );
}

describe("npm run restore", () => {
  it("lists the archives without a name, and changes nothing", async () => {
    const end = await run("restore");

    expect([end.code, end.stdout.split("\n").map((line) => line.split(" ")[0])], end.stderr).toEqual([
      0,
      ["archive", ...archives, ""],
    ]);
    expect(readFileSync(file, "utf8")).toBe(stackText());
    expect(calls()).toEqual([]);
  });

  it("shows the changes, writes them, and continues immediately, because Rancher is down meanwhile", async () => {
    const end = await run("restore", archives[1], "--yes");

    expect(end.code, end.stderr).toBe(0);
    expect(end.stdout).toContain(
      `  -   rancher:version: 2.15.2 # Rancher\n  +   rancher:version: 2.14.3 # Rancher\n  +     restore: ${archives[1]}\n`,
    );
    expect(end.stdout).toContain("\nSign in as admin.\nThen change the password.\n");
    expect(readFileSync(file, "utf8")).toBe(stackText("2.14.3", `\n    restore: ${archives[1]}`));
    expect(calls()).toEqual([`up --stack ${stack} --yes --skip-preview`]);
  });

  it("writes the image that the archive was made by, if that is recorded", async () => {
    const image = `rancher/rancher:v2.14.3@sha256:${"1".repeat(64)}`;
    writeFileSync(join(backups, `${archives[1]}.sha256`), `x\n# image ${image}\n`);

    const end = await run("restore", archives[1], "--yes");

    expect(end.code, end.stderr).toBe(0);
    expect(end.stdout).toContain(`  +     image: ${image}\n`);
    expect(readFileSync(file, "utf8")).toContain(`    image: ${image}\n`);
  });

  it("asks first, and does nothing if it cannot ask", async () => {
    const end = await run("restore", archives[1]);

    expect([end.code, end.stderr]).toEqual([
      1,
      expect.stringContaining(
        "Restore it? Standard input is not a terminal, so it cannot be confirmed. Confirm with --yes",
      ),
    ]);
    expect(readFileSync(file, "utf8")).toBe(stackText());
    expect(calls()).toEqual([]);
  });

  it("continues after an interrupted restore", async () => {
    pulumi("exit 255");
    const failed = await run("restore", archives[1], "--yes");
    pulumi();
    const again = await run("restore", archives[1], "--yes");

    expect([failed.code, failed.stderr]).toEqual([255, expect.stringContaining("To complete it, run: npm run up")]);
    expect([again.code, again.stdout]).toEqual([0, expect.stringContaining("nothing: it already names this archive")]);
    expect(calls()).toHaveLength(2);
  });

  it("rejects an unknown archive", async () => {
    const end = await run("restore", "rancher-2.14.4-20261119T030000Z", "--yes");

    expect([end.code, end.stderr]).toEqual([1, expect.stringContaining(`Did you mean ${archives[1]}?`)]);
    expect(calls()).toEqual([]);
  });
});

describe("npm run backup", () => {
  it("--list lists the archives, and makes none", async () => {
    const end = await run("backup", "--list");

    expect([end.code, end.stdout], end.stderr).toEqual([0, expect.stringContaining(archives[0])]);
    expect(end.stderr).toContain("copy them elsewhere too");
  });

  it("explains why there is nothing to archive", async () => {
    const end = await run("backup");

    expect([end.code, end.stderr]).toEqual([
      1,
      expect.stringContaining("this machine has no Rancher container of this program"),
    ]);
    expect(end.stderr).toContain("archives Rancher's data: failed on host local with exit code 10");
  });
});

describe("npm run adopt", () => {
  it("rejects a string that cannot be a container's name", async () => {
    const end = await run("adopt", `old\ntouch ${tools.folder}/run-by-a-name`, "--yes");

    expect([end.code, end.stderr]).toEqual([
      1,
      expect.stringMatching(/CONTAINER is "old.*, which is not a container name/),
    ]);
    expect(existsSync(join(tools.folder, "run-by-a-name"))).toBe(false);
  });

  it("requires the name of an existing container", async () => {
    const [none, unknown] = [await run("adopt"), await run("adopt", "old", "--yes")];

    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining("missing required argument 'container'")]);
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringContaining("this machine has no container named old. It has: wiki"),
    ]);
    expect(calls()).toEqual([]);
  });
});

describe("npm run uninstall", () => {
  it("prints what is kept and where, and keeps it", async () => {
    const end = await run("uninstall", "--yes");

    expect([end.code, end.stdout], end.stderr).toEqual([
      0,
      expect.stringContaining("the Docker volume rancher-data; npm run up uses it again"),
    ]);
    expect(end.stdout).toContain(`2 archives in ${backups}, the newest ${archives[0]}`);
    expect(end.stdout).toContain(`the CA of rancher.localhost in ${backups}/certificate-authority`);
    expect(calls()).toEqual([`destroy --stack ${stack} --yes --skip-preview`]);
  });

  it("--delete-data prints what is deleted, and leaves a note on the host", async () => {
    const end = await run("uninstall", "--delete-data", "--yes");

    expect([end.code, end.stdout], end.stderr).toEqual([
      0,
      expect.stringMatching(
        /Deleted permanently from this machine:\n {2}the Docker volume rancher-data\n {2}2 archives in .*\n {2}the CA of rancher\.localhost in /,
      ),
    ]);
    expect(
      readFileSync(join(tools.folder, ".local/state/rancher-stack/facts/rancher-data/delete-data"), "utf8"),
    ).toMatch(/^\d{10}\n$/);
    expect(calls()).toEqual([`destroy --stack ${stack} --yes --skip-preview`]);
  });

  it("rejects --keep-data together with --delete-data", async () => {
    const end = await run("uninstall", "--keep-data", "--delete-data", "--yes");

    expect([end.code, end.stderr]).toEqual([1, expect.stringMatching(/contradict each other\. Give only one of them/)]);
    expect(existsSync(join(tools.folder, "calls"))).toBe(false);
  });

  it("asks first", async () => {
    const end = await run("uninstall", "--delete-data");

    expect([end.code, end.stderr]).toEqual([1, expect.stringContaining("Confirm with --yes")]);
    expect(calls()).toEqual([]);
  });
});

it("a stack of another mode is refused, with the reason", async () => {
  writeFileSync(file, "config:\n  rancher:mode: high-availability\n");

  const end = await run("backup");

  expect(end.code).toBe(1);
  expect(end.stderr).toContain(
    "does not have rancher:mode single-node, and this command is only for Rancher in Docker",
  );
});
