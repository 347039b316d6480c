import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Host, SshHost } from "../../../components/host/host.ts";
import type { ScriptText } from "../../../components/host/script.ts";
import { runOnHost, type HostKeys } from "../../../operations/host-access/run-on-host.ts";
import { startOf } from "../../../tools/lock.mjs";
import { FakeTools } from "../../support/scripts/fake-tool.ts";
import { shell } from "../../support/scripts/shell.ts";

const script = (body: string): ScriptText => ({
  name: "look",
  title: "looks around",
  body: shell(body),
  timeoutSeconds: 20,
});
const host: SshHost = {
  kind: "ssh",
  name: "rancher-1",
  address: "192.0.2.20",
  user: "ops",
  port: 22,
  hostKey: "ssh-ed25519 AAAA",
  insecureIgnoreHostKey: false,
};
const privateKey = "-----BEGIN OPENSSH PRIVATE KEY-----\nsecret-key-text\n-----END OPENSSH PRIVATE KEY-----\n";

afterEach(() => {
  vi.unstubAllEnvs();
});

const run = async (on: Host, body: string, keys: HostKeys = {}) => {
  const said: string[] = [];
  const printed = await runOnHost({ host: on, script: script(body), keys, log: (line) => said.push(line) });
  return { printed, said };
};

describe("on this machine", () => {
  const local = (tools: FakeTools): Host => ({ kind: "local", name: "local", stateDir: `${tools.folder}/state` });

  it("runs a script as the stack's own: data on standard output, messages on standard error", async () => {
    using tools = new FakeTools();

    const { printed, said } = await run(local(tools), 'say "looking"\necho found\n');

    expect([printed, said]).toEqual(["found\n", ["looking"]]);
  });

  it("reports the script, the host and the exit code of a failure", async () => {
    using tools = new FakeTools();

    await expect(run(local(tools), 'fail 30 "no room"\n')).rejects.toThrow(
      "looks around: failed on host local with exit code 30; its output is above.",
    );
  });
});

describe("over SSH", () => {
  /** An ssh that records its arguments and the files it can see. */
  const fakeSsh = (body: string) => {
    const tools = new FakeTools();
    tools.tool(
      "ssh",
      "OpenSSH",
      `printf '%s\\n' "$@" >${tools.folder}/words\nenv >${tools.folder}/environment\n${body}`,
    );
    vi.stubEnv("PATH", tools.path);
    return tools;
  };
  const word = (tools: FakeTools, option: string) =>
    new RegExp(`^${option}="?([^"\\n]*)"?$`, "m").exec(readFileSync(`${tools.folder}/words`, "utf8"))?.[1] ?? "";
  const looking = (folder: string) => `
for option in "$@"; do
  case $option in
    IdentityFile=*) file=\${option#IdentityFile=}; file=\${file#?}; file=\${file%?}; cp "$file" ${folder}/key; stat -c '%a' "$file" "$(dirname "$file")" >${folder}/modes ;;
  esac
done
[ -z "\${SSH_ASKPASS-}" ] || "$SSH_ASKPASS" >${folder}/answer
echo found
echo looking >&2`;

  it("keeps the key in a file of a private folder while ssh runs, and nowhere else", async () => {
    using tools = fakeSsh("");
    tools.tool(
      "ssh",
      "OpenSSH",
      `printf '%s\\n' "$@" >${tools.folder}/words\nenv >${tools.folder}/environment\n${looking(tools.folder)}`,
    );

    const { printed, said } = await run(host, "true\n", { privateKey, privateKeyPassword: "hunter2" });

    const read = (name: string) => readFileSync(`${tools.folder}/${name}`, "utf8");
    expect([printed, said]).toEqual(["found\n", ["looking"]]);
    expect(read("key")).toBe(privateKey);
    expect(read("modes")).toBe("600\n700\n");
    expect(read("answer")).toBe("hunter2\n");
    for (const place of ["words", "environment"]) {
      expect(read(place)).not.toContain("secret-key-text");
      expect(read(place)).not.toContain("hunter2");
    }
    expect(existsSync(word(tools, "IdentityFile")), "gone afterwards").toBe(false);
    expect(existsSync(word(tools, "UserKnownHostsFile")), "gone afterwards").toBe(false);
  });

  it("removes the folder also if the script fails", async () => {
    using tools = fakeSsh("exit 40");

    await expect(run(host, "true\n", { privateKey })).rejects.toThrow("exit code 40");

    expect(existsSync(word(tools, "IdentityFile"))).toBe(false);
  });

  it.each([
    ["Host key verification failed.", "shows another host key than the one that is pinned in the stack file"],
    ["ops@192.0.2.20: Permission denied (publickey).", "rejects the SSH key. Set rancher:sshPrivateKey"],
    ["ssh: connect to host 192.0.2.20 port 22: No route to host", "cannot be reached over SSH: ssh: connect to host"],
  ])("explains the error %s", async (words, message) => {
    using tools = fakeSsh(`echo "${words}" >&2; exit 255`);

    await expect(run(host, "true\n")).rejects.toThrow(`host rancher-1 at 192.0.2.20 port 22 ${message}`);
    expect(tools.folder).toBeDefined();
  });
});

it("files of a killed run are removed by the next one, even if its process id has been reused", async () => {
  using tools = new FakeTools();
  vi.stubEnv("TMPDIR", tools.folder);
  const { PrivateFolder } = await import("../../../operations/engine/private-folder.ts");
  const { mkdirSync } = await import("node:fs");
  // No process has this number, because it is above Linux's maximum.
  const leftover = `${tools.folder}/rancher-private-4194305.1-x`;
  mkdirSync(leftover);
  writeFileSync(`${leftover}/key`, "secret");
  const reused = `${tools.folder}/rancher-private-${process.pid}.1-x`;
  mkdirSync(reused);
  const living = `${tools.folder}/rancher-private-${process.pid}.${startOf(process.pid)}-x`;
  mkdirSync(living);

  using folder = new PrivateFolder();

  expect([existsSync(leftover), existsSync(reused)]).toEqual([false, false]);
  expect(existsSync(living)).toBe(true);
  expect(folder.path).toContain(tools.folder);
});
