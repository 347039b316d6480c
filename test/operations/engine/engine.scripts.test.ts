import { mkdirSync, readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { prepareEngine, type EngineOptions } from "../../../operations/engine/engine.ts";
import { FakeTools } from "../../support/scripts/fake-tool.ts";

let tools: FakeTools;
let home: string;
let folder: string;

beforeEach(() => {
  tools = new FakeTools();
  tools.tool("pulumi-language-nodejs", "v3.259.0", "exit 1");
  home = join(tools.folder, "home");
  folder = join(tools.folder, "work");
  mkdirSync(folder);
  vi.stubEnv("PATH", tools.path);
  for (const name of Object.keys(process.env).filter((each) => each.startsWith("PULUMI_"))) vi.stubEnv(name, undefined);
});
afterEach(() => {
  tools[Symbol.dispose]();
  vi.unstubAllEnvs();
});

/** An engine whose CLI is this shell text. */
function engineOf(body: string, options: Partial<EngineOptions> = {}) {
  tools.tool("pulumi", "v3.259.0", body);
  return prepareEngine({ home, folder, ...options });
}

async function environmentOf(options: Partial<EngineOptions> = {}): Promise<Record<string, string>> {
  const engine = await engineOf("env -0", options);
  const printed = await engine.capture([]);
  return Object.fromEntries(
    printed.split("\0").flatMap((entry) => (entry === "" ? [] : [entry.split(/=(.*)/s) as [string, string]])),
  );
}

describe("the environment of an engine", () => {
  it("keeps state and passphrase in the home folder, readable for its owner only", async () => {
    const environment = await environmentOf();

    const passphrase = join(home, "passphrase");
    expect(environment["PULUMI_BACKEND_URL"]).toBe(`file://${join(home, "backend")}`);
    expect(environment["PULUMI_CONFIG_PASSPHRASE_FILE"]).toBe(passphrase);
    expect(environment).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE");
    expect(statSync(home).mode & 0o777).toBe(0o700);
    expect(statSync(passphrase).mode & 0o777).toBe(0o600);
    expect(readFileSync(passphrase, "utf8")).toMatch(/^[\w-]{43}$/);
  });

  it("never generates a second passphrase, which would lose every secret of the stacks", async () => {
    await environmentOf();
    const first = readFileSync(join(home, "passphrase"), "utf8");
    await environmentOf();

    expect(readFileSync(join(home, "passphrase"), "utf8")).toBe(first);
  });

  it("rejects a passphrase that a full disk left empty", async () => {
    await environmentOf();
    writeFileSync(join(home, "passphrase"), "\n");

    await expect(environmentOf()).rejects.toThrow(
      `${join(home, "passphrase")} is empty, so no secret can be encrypted`,
    );
    expect(readFileSync(join(home, "passphrase"), "utf8")).toBe("\n");
  });

  it.each([
    ["PULUMI_BACKEND_URL", "s3://bucket"],
    ["PULUMI_CONFIG_PASSPHRASE", "mine"],
    ["PULUMI_CONFIG_PASSPHRASE_FILE", "/home/ops/passphrase"],
  ])("keeps the user's own %s", async (name, value) => {
    vi.stubEnv(name, value);

    expect((await environmentOf())[name]).toBe(value);
  });

  it("generates no passphrase if the user has one", async () => {
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "mine");

    expect(await environmentOf()).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
  });

  it("creates neither backend nor passphrase if the user signed in to a backend", async () => {
    vi.stubEnv("PULUMI_ACCESS_TOKEN", "pul-mine");

    const environment = await environmentOf();

    expect(environment).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE_FILE");
    expect(environment).not.toHaveProperty("PULUMI_BACKEND_URL");
  });

  it("contains little of the user's environment in isolation, and nothing of their Pulumi", async () => {
    vi.stubEnv("PULUMI_BACKEND_URL", "s3://bucket");
    vi.stubEnv("KUBECONFIG", "/home/ops/.kube/config");
    vi.stubEnv("SSH_AUTH_SOCK", "/tmp/agent");

    const environment = await environmentOf({ isolated: true, environment: { TMPDIR: folder } });

    expect(environment["PULUMI_BACKEND_URL"]).toBe(`file://${join(home, "backend")}`);
    expect(environment["TMPDIR"]).toBe(folder);
    expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(["KUBECONFIG"]));
    expect(Object.keys(environment)).not.toEqual(expect.arrayContaining(["SSH_AUTH_SOCK"]));
  });

  it("marks every process with the id of its run", async () => {
    const [one, two] = [await environmentOf(), await environmentOf()].map(
      ({ RANCHER_ENGINE_RUN }) => RANCHER_ENGINE_RUN,
    );

    expect(one).toMatch(/^[0-9a-f]{16}$/);
    expect(two).not.toBe(one);
  });

  it("needs no loader for a language host that reads Pulumi.yaml's options", async () => {
    expect((await environmentOf())["NODE_OPTIONS"] ?? "").not.toContain("typescript");
  });
});

describe("an engine", () => {
  it("works in its folder", async () => {
    const engine = await engineOf("pwd");

    expect((await engine.capture([])).trim()).toBe(realpathSync(folder));
  });

  it("captures the CLI's complete stdout, and nothing of its stderr", async () => {
    const text = "ä€😀".repeat(60_000);
    writeFileSync(join(folder, "export.json"), text);
    const engine = await engineOf("cat export.json; echo progress >&2");

    expect((await engine.capture(["stack", "export"])) === text).toBe(true);
  });

  it("passes input to the CLI, and runs it non-interactively", async () => {
    const engine = await engineOf('echo "$@"; cat');

    expect(await engine.capture(["stack", "import"], "the state")).toBe("stack import --non-interactive\nthe state");
  });

  it("names a stack that the backend does not have, with the remedy", async () => {
    const engine = await engineOf("echo \"error: no stack named 'prod' found\" >&2; exit 255");

    await expect(engine.capture(["stack", "export"])).rejects.toThrow(
      /^there is no stack prod in the current backend\. Set it up with npm run up first/,
    );
  });

  it("fails with the end of the CLI's output, even if the CLI never read its input", async () => {
    const engine = await engineOf("exec <&-; echo 'error: no stack named prod' >&2; exit 255");

    await expect(engine.capture(["stack", "import", "--stack", "prod"], "x".repeat(10_000_000))).rejects.toThrow(
      "pulumi stack import failed: error: no stack named prod",
    );
  });

  it("streams both outputs line by line, and returns the exit code", async () => {
    const engine = await engineOf("printf 'one\\ntw'; sleep 0.2; printf 'o\\n'; echo three >&2; exit 7");
    const lines: string[] = [];

    const code = await engine.stream(["up"], (line) => lines.push(line));

    expect(code).toBe(7);
    expect(lines.sort()).toEqual(["one", "three", "two"]);
  });

  it("streams a last line without a newline, too", async () => {
    const engine = await engineOf("printf 'error: killed'; exit 1");
    const lines: string[] = [];

    await engine.stream(["up"], (line) => lines.push(line));

    expect(lines).toEqual(["error: killed"]);
  });

  it("interrupts the CLI as Ctrl-C does, and waits for it", async () => {
    const engine = await engineOf("trap 'echo cancelling; exit 130' INT; echo ready; while :; do sleep 0.05; done");
    const stop = new AbortController();
    const lines: string[] = [];

    const code = await engine.stream(
      ["up"],
      (line) => {
        lines.push(line);
        if (line === "ready") stop.abort();
      },
      stop.signal,
    );

    expect(code).toBe(130);
    expect(lines).toEqual(["ready", "cancelling"]);
  });
});
