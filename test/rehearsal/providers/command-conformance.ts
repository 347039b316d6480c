import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { isEncrypted, type ScratchEngine } from "./scratch-engine.ts";
import { freePort, startSshd, unpackSshd, type SshServer } from "./ssh-server.ts";

/** How the command provider behaves, against a real sshd. */
export function commandConforms(engine: () => ScratchEngine): void {
  let sshd: Awaited<ReturnType<typeof unpackSshd>>;
  let server: SshServer;
  let folder: string;

  beforeAll(async () => {
    sshd = await unpackSshd();
    if (!sshd) throw new Error("no sshd: neither installed nor to be had from Debian's openssh-server");
    server = await startSshd(sshd.root, ["AcceptEnv GREETING"]);
    folder = await mkdtemp(join(tmpdir(), "command-conformance-"));
  });
  afterAll(async () => {
    await server?.stop();
    await sshd?.remove();
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  let notes: string;
  let count = 0;
  beforeEach(() => {
    notes = join(folder, `notes-${++count}`);
  });
  const noted = async () => (existsSync(notes) ? (await readFile(notes, "utf8")).trim().split("\n") : []);
  const connection = (changed: Partial<command.types.input.remote.ConnectionArgs> = {}) => ({
    host: "127.0.0.1",
    port: server.port,
    user: server.user,
    privateKey: pulumi.secret(server.privateKey),
    hostKey: server.hostKey,
    dialErrorLimit: 1,
    ...changed,
  });
  const remote = (args: Partial<command.remote.CommandArgs>) => async () => {
    const made = new command.remote.Command("script", {
      connection: connection(),
      addPreviousOutputInEnv: false,
      ...args,
    });
    return { stdout: made.stdout, stderr: made.stderr };
  };

  it("runs the whole script through the user's shell, with stdin, and keeps stdout and stderr apart", async () => {
    const stack = await engine().stack();
    const script = `set -eu\nread -r line\n# 'quotes' "and" $dollars \\ stay\nprintf '%s|%s\\n' "$line" "$0"\necho aside >&2\n`;

    const run = await stack.up(remote({ create: script, stdin: "given -n\n" }));

    expect(run.error).toBeUndefined();
    expect(run.outputs["stdout"]?.value).toMatch(/^given -n\|/);
    expect(run.outputs["stderr"]?.value).toBe("aside");
  });

  it("shows output while the command runs, unless logging is none", async () => {
    const stack = await engine().stack();
    const shown = await stack.up(remote({ create: "echo visible; echo aside >&2" }));
    const silent = await stack.up(remote({ create: "echo quiet", logging: "none" }));
    const half = await stack.up(remote({ create: "echo out; echo err >&2", logging: "stderr" }));

    expect(shown.messages()).toEqual(expect.arrayContaining(["visible", "aside"]));
    expect(silent.messages()).not.toContain("quiet");
    expect(half.messages()).toContain("err");
    expect(half.messages()).not.toContain("out");
  });

  it("runs update, or create where there is no update, on any change; delete at the end", async () => {
    const stack = await engine().stack();
    const create = `echo create >> ${notes}`;

    await stack.up(remote({ create, delete: `echo delete >> ${notes}` }));
    await stack.up(remote({ create, delete: `echo delete >> ${notes}` }));
    const edited = await stack.up(remote({ create, delete: `echo deleted >> ${notes}` }));
    await stack.up(remote({ create, update: `echo update >> ${notes}`, delete: `echo deleted >> ${notes}` }));
    await stack.destroy();

    expect(edited.operation("script")).toBe("update");
    expect(await noted()).toEqual(["create", "create", "update", "deleted"]);
  });

  it("runs nothing in a preview, and knows neither stdout nor stderr of a create or an update", async () => {
    const stack = await engine().stack();
    let applied: unknown[] = [];
    const program = (create: string) => async () => {
      const made = new command.remote.Command("script", { connection: connection(), create });
      made.stdout.apply((value) => applied.push(value));
      made.create.apply((value) => applied.push(value));
    };

    await stack.preview(program(`echo a >> ${notes}`));
    expect(applied).toEqual([`echo a >> ${notes}`]);
    await stack.up(program(`echo a >> ${notes}`));
    applied = [];
    await stack.preview(program(`echo b >> ${notes}`));

    expect(applied).toEqual([`echo b >> ${notes}`]);
    expect(await noted()).toEqual(["a"]);
  });

  it("makes the new one before it deletes the old one when triggers change", async () => {
    const stack = await engine().stack();
    const args = { create: `echo create >> ${notes}`, delete: `echo delete >> ${notes}` };

    await stack.up(remote({ ...args, triggers: ["one"] }));
    const run = await stack.up(remote({ ...args, triggers: ["two"] }));

    expect(run.error).toBeUndefined();
    expect(await noted()).toEqual(["create", "create", "delete"]);
  });

  it("fails with the whole command and all its output, and keeps nothing: no undo runs", async () => {
    const stack = await engine().stack();
    const create = `echo "started"\necho broken >&2\nexit 3`;

    const run = await stack.up(remote({ create, delete: `echo delete >> ${notes}` }));
    const kept = (await stack.state()).resource("script");
    await stack.destroy();

    expect(run.error).toContain(
      'Process exited with status 3: running "echo \\"started\\"\\necho broken >&2\\nexit 3":\nstarted\nbroken',
    );
    expect(kept).toBeUndefined();
    expect(await noted()).toEqual([]);
  });

  it("keeps the connection secret, and neither stdout nor stdin's echo", async () => {
    const stack = await engine().stack();

    const run = await stack.up(remote({ create: "cat", stdin: pulumi.secret("canary-stdin") }));

    const { text, resource } = await stack.state();
    expect(isEncrypted(resource("script")?.inputs["connection"])).toBe(true);
    expect(isEncrypted(resource("script")?.outputs["connection"])).toBe(true);
    expect(isEncrypted(resource("script")?.outputs["stdin"])).toBe(true);
    expect(text).not.toContain("PRIVATE KEY");
    expect(run.outputs["stdout"]).toEqual({ value: "canary-stdin", secret: false });
  });

  it("deletes with the connection in the state, so a dead host fails for ever", async () => {
    const stack = await engine().stack();
    const other = await startSshd(sshd!.root);
    const at = {
      host: "127.0.0.1",
      port: other.port,
      user: "root",
      privateKey: other.privateKey,
      hostKey: other.hostKey,
    };
    await stack.up(remote({ connection: { ...at, dialErrorLimit: 1 }, create: "true", delete: "true" }));
    await other.stop();

    const run = await stack.up(async () => undefined);

    expect(run.error).toMatch(/after 1 failed attempts: dial tcp 127\.0\.0\.1:\d+: connect: connection refused/);
    expect((await stack.state()).resource("script")).toBeDefined();
  });

  it("refuses another host key than the pinned one, and verifies nothing without a pin", async () => {
    const stack = await engine().stack();
    const other = await startSshd(sshd!.root);
    await other.stop();

    const wrong = await stack.up(
      remote({ connection: connection({ hostKey: other.hostKey }), create: `echo ran >> ${notes}` }),
    );
    const { host, port, user, privateKey } = connection();
    const none = await stack.up(remote({ connection: { host, port, user, privateKey }, create: `echo ran >> ${notes}` }));

    expect(wrong.error).toContain("host key mismatch");
    expect(none.error).toBeUndefined();
    expect(await noted()).toEqual(["ran"]);
  });

  it("says that a key is not let in, that nobody listens, and that a key is none", async () => {
    const stack = await engine().stack();
    const stranger = await startSshd(sshd!.root);
    await stranger.stop();

    const denied = await stack.up(
      remote({ connection: connection({ privateKey: stranger.privateKey }), create: "true" }),
    );
    const deaf = await stack.up(remote({ connection: connection({ port: await freePort() }), create: "true" }));
    const garbled = await stack.up(remote({ connection: connection({ privateKey: "canary-key" }), create: "true" }));

    expect(denied.error).toContain("ssh: unable to authenticate, attempted methods [none publickey]");
    expect(deaf.error).toContain("connect: connection refused");
    expect(garbled.error).toContain("ssh: no key found");
    expect(garbled.error).not.toContain("canary-key");
  });

  it("passes environment variables that sshd accepts, and fails on others", async () => {
    const stack = await engine().stack();

    const accepted = await stack.up(remote({ create: 'echo "$GREETING"', environment: { GREETING: "good day" } }));
    const refused = await stack.up(remote({ create: "true", environment: { OTHER: "x" } }));

    expect(accepted.outputs["stdout"]?.value).toBe("good day");
    expect(refused.error).toContain('could not set environment variable "OTHER"');
  });

  it("reaches a host through a jump host, each with a pin and a key of its own", async () => {
    const stack = await engine().stack();
    const jump = await startSshd(sshd!.root);
    const proxy = {
      host: "127.0.0.1",
      port: jump.port,
      user: "root",
      privateKey: jump.privateKey,
      hostKey: jump.hostKey,
    };
    const through = (args: object) =>
      remote({ connection: connection({ proxy: { ...proxy, dialErrorLimit: 1, ...args } }), create: "echo arrived" });

    const arrived = await stack.up(through({}));
    const wrongPin = await stack.up(through({ hostKey: server.hostKey }));
    await jump.stop();

    expect(arrived.error).toBeUndefined();
    expect(arrived.outputs["stdout"]?.value).toBe("arrived");
    expect(wrongPin.error).toMatch(/proxy: .*host key mismatch/);
  });

  it("refreshes to what the state says, without connecting", async () => {
    const stack = await engine().stack();
    await stack.up(remote({ create: `echo ran >> ${notes}` }));

    const run = await stack.refresh();

    expect(run.error).toBeUndefined();
    expect(await noted()).toEqual(["ran"]);
  });

  it("refuses a connection it does not understand, without quoting it", async () => {
    const stack = await engine().stack();

    const run = await stack.up(
      remote({ connection: { ...connection(), passphrase: "canary-value" } as never, create: "true" }),
    );

    expect(run.error).toMatch(/passphrase/);
  });

  it("runs local commands with /bin/sh, with stdin, folder and environment", async () => {
    const stack = await engine().stack();
    const local = (args: command.local.CommandArgs) => async () => ({
      stdout: new command.local.Command("here", args).stdout,
    });

    const good = await stack.up(
      local({ create: 'cat; pwd; echo "$WORD"', stdin: "in\n", dir: folder, environment: { WORD: "w" } }),
    );
    const bad = await stack.up(local({ create: "exit 4" }));

    expect(good.outputs["stdout"]?.value).toBe(`in\n${folder}\nw`);
    expect(bad.error).toContain('exit status 4: running "exit 4":');
  });
}
