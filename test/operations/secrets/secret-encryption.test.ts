import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { setWithPulumi } from "../../../operations/secrets/secret-encryption.ts";
import { projectFolder } from "../../../operations/stack/work-folder.ts";
import { FakeTools } from "../../support/scripts/fake-tool.ts";

let tools: FakeTools;
beforeEach(() => {
  tools = new FakeTools();
  tools.tool("pulumi-language-nodejs", "v3.259.0", "exit 1");
  for (const name of Object.keys(process.env).filter((each) => each.startsWith("PULUMI_"))) vi.stubEnv(name, undefined);
  vi.stubEnv("PATH", tools.path);
  vi.stubEnv("PULUMI_BACKEND_URL", "file:///nowhere");
  vi.stubEnv("PULUMI_CONFIG_PASSPHRASE_FILE", "my-passphrase");
});
afterEach(() => {
  tools[Symbol.dispose]();
  vi.unstubAllEnvs();
});

const stackFile = { stack: "mine", path: join(projectFolder, "Pulumi.mine.yaml") };
const calls = () => readFileSync(join(tools.folder, "calls"), "utf8");
const privateFolders = () => readdirSync(tmpdir()).filter((name) => name.startsWith(`rancher-private-${process.pid}.`));
const pulumi = (body: string) => tools.tool("pulumi", "v3.259.0", `echo "$*" >>${tools.folder}/calls\n${body}`);

it("works on a private copy, with the value on standard input alone", async () => {
  pulumi(`case "$1 $2" in
  "config set") { cat Pulumi.mine.yaml; printf 'secure: '; cat; } >new; mv new Pulumi.mine.yaml
    { pwd; stat -c %a . ; echo "$PULUMI_CONFIG_PASSPHRASE_FILE"; env; } >${tools.folder}/seen ;;
esac`);

  const text = await setWithPulumi(join(tools.folder, "home"))(
    stackFile,
    "config: {}\n",
    "kubeconfig",
    "canary\nline\n",
  );

  expect(text).toBe("config: {}\nsecure: canary\nline\n");
  const flags = "--stack mine --non-interactive";
  expect(calls()).toBe(
    `stack select --create ${flags}\nconfig set --secret --raw rancher:kubeconfig ${flags}\nstack unselect --non-interactive\n`,
  );
  const [where = "", mode, passphrase, ...environment] = readFileSync(join(tools.folder, "seen"), "utf8").split("\n");
  expect(where).toContain("rancher-private-");
  expect(mode).toBe("700");
  expect(passphrase).toBe(join(projectFolder, "my-passphrase"));
  expect(environment.join("\n")).not.toContain("canary");
  expect(privateFolders()).toEqual([]);
});

it("leaves nothing behind if Pulumi fails, and reports the reason", async () => {
  pulumi(`[ "$1" = config ] || exit 0; cat >/dev/null; echo "error: incorrect passphrase" >&2; exit 255`);

  await expect(
    setWithPulumi(join(tools.folder, "home"))(stackFile, "config: {}\n", "kubeconfig", "canary"),
  ).rejects.toThrow(/^pulumi config set failed: error: incorrect passphrase$/);
  expect(calls()).toContain("stack unselect");
  expect(privateFolders()).toEqual([]);
});
