import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { prepareEngine } from "../../../operations/engine/engine.ts";
import { setWithPulumi } from "../../../operations/secrets/secret-encryption.ts";
import { setSecret } from "../../../operations/secrets/set-secret.ts";
import { makeWorkFolder } from "../../../operations/stack/work-folder.ts";

const text = `# Ours.
config:
  rancher:mode:   high-availability # as agreed
  rancher:replicas: "3"
  rancher:ssh: { user:   ops, port: "22" }
  # The rest is to come.
`;
const kubeconfig = "clusters:\n  - name: a # €\n\n";

describe.skipIf(process.getuid?.() !== 0)("a secret that the real Pulumi encrypts", () => {
  const folder = mkdtempSync(join(tmpdir(), "rancher-secret-"));
  const home = join(folder, "state");
  const work = join(folder, "work");
  const path = join(work, "Pulumi.mine.yaml");
  const stackFile = { stack: "mine", path };
  const read = () => readFileSync(path, "utf8");
  const engine = () => prepareEngine({ home, folder: work });
  const valueOf = async (name: string) =>
    (await engine()).capture(["config", "get", `rancher:${name}`, "--stack", "mine"]);

  beforeAll(() => {
    for (const name of Object.keys(process.env).filter((each) => each.startsWith("PULUMI_")))
      vi.stubEnv(name, undefined);
    vi.stubEnv("PULUMI_HOME", join(folder, "pulumi"));
    mkdirSync(work);
    makeWorkFolder(work);
    writeFileSync(path, text);
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it("decrypts to its value, in a file that is otherwise unchanged, for a new stack", async () => {
    await setSecret(stackFile, "kubeconfig", kubeconfig, setWithPulumi(home));

    const [, secure = "", salt = ""] = /secure: (\S+)\n[^]*encryptionsalt: (\S+)\n/.exec(read()) ?? [];
    expect(read()).toBe(
      `${text.replace("  # The", `  rancher:kubeconfig:\n    secure: ${secure}\n  # The`)}encryptionsalt: ${salt}\n`,
    );
    expect(await valueOf("kubeconfig")).toBe(`${kubeconfig}\n`);
    expect((await (await engine()).capture(["stack", "ls"])).split("\n")[1]).toMatch(/^mine/);
  });

  it("is joined by others, and replaced, with the same salt", async () => {
    const before = read();

    await setSecret(stackFile, "bootstrapPassword", "correct horse", setWithPulumi(home));
    expect(read().replace(/ {2}rancher:bootstrapPassword:\n.*\n/, "")).toBe(before);
    await setSecret(stackFile, "bootstrapPassword", "battery staple", setWithPulumi(home));

    expect(read().replace(/ {2}rancher:bootstrapPassword:\n.*\n/, "")).toBe(before);
    expect(await valueOf("bootstrapPassword")).toBe("battery staple\n");
    expect(await valueOf("kubeconfig")).toBe(`${kubeconfig}\n`);
  });

  it("selects no stack for its private folders", () => {
    const folders = join(folder, "pulumi", "workspaces");

    expect(existsSync(folders) ? readdirSync(folders) : []).toEqual([]);
  });

  it("is rejected with another passphrase", async () => {
    const before = read();
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", "another");

    await expect(setSecret(stackFile, "bootstrapPassword", "canary", setWithPulumi(home))).rejects.toThrow(
      /incorrect passphrase/,
    );
    vi.stubEnv("PULUMI_CONFIG_PASSPHRASE", undefined);
    expect(read()).toBe(before);
  });
});
