import * as pulumi from "@pulumi/pulumi";
import * as command from "@pulumi/command";
import { expect, it } from "vitest";
import { isEncrypted, type ScratchEngine } from "./scratch-engine.ts";
import { useHost } from "./test-host.ts";

/** When the command provider runs which command, against a real sshd, and what it stores. */
export function commandConforms(engine: () => ScratchEngine, sshdRoot: string): void {
  const host = useHost(sshdRoot);

  it("runs the whole script through the user's shell, with stdin, and separates stdout and stderr", async () => {
    const stack = await engine().stack();
    const script = `set -eu\nread -r line\n# 'quotes' "and" $dollars \\ stay\nprintf '%s|%s\\n' "$line" "$0"\necho aside >&2\n`;

    const run = await stack.up(host.remote({ create: script, stdin: "given -n\n" }));

    expect(run.error).toBeUndefined();
    expect(run.outputs["stdout"]?.value).toMatch(/^given -n\|/);
    expect(run.outputs["stderr"]?.value).toBe("aside");
  });

  it("shows output while the command runs, unless logging is none", async () => {
    const stack = await engine().stack();
    const shown = await stack.up(host.remote({ create: "echo visible; echo aside >&2" }));
    const silent = await stack.up(host.remote({ create: "echo quiet", logging: "none" }));
    const half = await stack.up(host.remote({ create: "echo out; echo err >&2", logging: "stderr" }));

    expect(shown.messages()).toEqual(expect.arrayContaining(["visible", "aside"]));
    expect(silent.messages()).not.toContain("quiet");
    expect(half.messages()).toContain("err");
    expect(half.messages()).not.toContain("out");
  });

  it("runs update on any change, or create without an update; delete at the end", async () => {
    const stack = await engine().stack();
    const create = `echo create >> ${host.notes()}`;

    await stack.up(host.remote({ create, delete: `echo delete >> ${host.notes()}` }));
    await stack.up(host.remote({ create, delete: `echo delete >> ${host.notes()}` }));
    const edited = await stack.up(host.remote({ create, delete: `echo deleted >> ${host.notes()}` }));
    await stack.up(
      host.remote({ create, update: `echo update >> ${host.notes()}`, delete: `echo deleted >> ${host.notes()}` }),
    );
    await stack.destroy();

    expect(edited.operation("script")).toBe("update");
    expect(await host.noted()).toEqual(["create", "create", "update", "deleted"]);
  });

  it("runs nothing in a preview, where stdout and stderr of a create or an update are unknown", async () => {
    const stack = await engine().stack();
    let applied: unknown[] = [];
    const program = (create: string) => async () => {
      const made = new command.remote.Command("script", { connection: host.connection(), create });
      made.stdout.apply((value) => applied.push(value));
      made.create.apply((value) => applied.push(value));
    };

    await stack.preview(program(`echo a >> ${host.notes()}`));
    expect(applied).toEqual([`echo a >> ${host.notes()}`]);
    await stack.up(program(`echo a >> ${host.notes()}`));
    applied = [];
    await stack.preview(program(`echo b >> ${host.notes()}`));

    expect(applied).toEqual([`echo b >> ${host.notes()}`]);
    expect(await host.noted()).toEqual(["a"]);
  });

  it("creates the new one before it deletes the old one when triggers change", async () => {
    const stack = await engine().stack();
    const args = { create: `echo create >> ${host.notes()}`, delete: `echo delete >> ${host.notes()}` };

    await stack.up(host.remote({ ...args, triggers: ["one"] }));
    const run = await stack.up(host.remote({ ...args, triggers: ["two"] }));

    expect(run.error).toBeUndefined();
    expect(await host.noted()).toEqual(["create", "create", "delete"]);
  });

  it("fails with the whole command and all its output, and stores nothing: no undo runs", async () => {
    const stack = await engine().stack();
    const create = `echo "started"\necho broken >&2\nexit 3`;

    const run = await stack.up(host.remote({ create, delete: `echo delete >> ${host.notes()}` }));
    const kept = (await stack.state()).resource("script");
    await stack.destroy();

    expect(run.error).toContain(
      'Process exited with status 3: running "echo \\"started\\"\\necho broken >&2\\nexit 3":\nstarted\nbroken',
    );
    expect(kept).toBeUndefined();
    expect(await host.noted()).toEqual([]);
  });

  it("keeps the connection secret, but neither stdout nor the echo of stdin", async () => {
    const stack = await engine().stack();

    const run = await stack.up(host.remote({ create: "cat", stdin: pulumi.secret("canary-stdin") }));

    const { text, resource } = await stack.state();
    expect(isEncrypted(resource("script")?.inputs["connection"])).toBe(true);
    expect(isEncrypted(resource("script")?.outputs["connection"])).toBe(true);
    expect(isEncrypted(resource("script")?.outputs["stdin"])).toBe(true);
    expect(text).not.toContain("PRIVATE KEY");
    expect(run.outputs["stdout"]).toEqual({ value: "canary-stdin", secret: false });
  });

  it("refreshes to the state's values, without connecting", async () => {
    const stack = await engine().stack();
    await stack.up(host.remote({ create: `echo ran >> ${host.notes()}` }));

    const run = await stack.refresh();

    expect(run.error).toBeUndefined();
    expect(await host.noted()).toEqual(["ran"]);
  });

  it("runs local commands with /bin/sh, with stdin, folder and environment", async () => {
    const stack = await engine().stack();
    const local = (args: command.local.CommandArgs) => async () => ({
      stdout: new command.local.Command("here", args).stdout,
    });

    const good = await stack.up(
      local({ create: 'cat; pwd; echo "$WORD"', stdin: "in\n", dir: host.folder(), environment: { WORD: "w" } }),
    );
    const bad = await stack.up(local({ create: "exit 4" }));

    expect(good.outputs["stdout"]?.value).toBe(`in\n${host.folder()}\nw`);
    expect(bad.error).toContain('exit status 4: running "exit 4":');
  });
}
