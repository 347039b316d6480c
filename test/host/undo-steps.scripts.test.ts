import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ScriptSandbox } from "../support/scripts/script-run.ts";

const undoes = (what: string) => `register_undo 'say "undoing ${what}"'; `;

describe("undo steps", () => {
  it("cannot be registered on a machine without its base script", async () => {
    using box = new ScriptSandbox();

    const run = await box.script(undoes("a"), { name: "a" });

    expect(run).toEqual({
      code: 10,
      stdout: "",
      stderr: `this machine has no ${box.state}: its base script has not run here\n`,
    });
  });

  it("run by name, with the facts of the script that registered them, and are forgotten afterwards", async () => {
    using box = new ScriptSandbox().prepared();
    await box.script(`register_undo 'say "removing $(cat "$facts/list")"'; echo a b >"$facts/list"`, {
      name: "nginx",
    });

    const first = await box.script("run_undo nginx", { name: "other" });
    const second = await box.script("run_undo nginx", { name: "other" });

    expect(first).toEqual({ code: 0, stdout: "", stderr: "removing a b\nchanged: nginx is undone\n" });
    expect(second).toEqual({ code: 0, stdout: "", stderr: "unchanged: nginx has nothing to undo\n" });
    expect(readdirSync(box.path("state", "facts"))).toEqual([]);
  });

  it("run newest first, in whatever order they are registered again", async () => {
    using box = new ScriptSandbox().prepared();
    const names = Array.from({ length: 11 }, (_, index) => `s${index}`);
    for (const name of [...names, "s3"]) await box.script(undoes(name), { name });

    const run = await box.script("run_all_undos", { name: "base" });

    const expected = names.toReversed().flatMap((name) => [`undoing ${name}`, `changed: ${name} is undone`]);
    expect(run.stderr.trim().split("\n")).toEqual(expected);
    expect(readdirSync(box.path("state", "undo"))).toEqual([]);
  });

  it("all run, even if one of them reads its standard input", async () => {
    using box = new ScriptSandbox().prepared();
    await box.script(undoes("first"), { name: "first" });
    await box.script(`register_undo 'cat >/dev/null'; `, { name: "second" });

    const run = await box.script("run_all_undos", { name: "base" });

    expect(run.stderr).toContain("changed: first is undone");
    expect(readdirSync(box.path("state", "undo"))).toEqual([]);
  });

  it("belong to one script, not to scripts whose names end alike", async () => {
    using box = new ScriptSandbox().prepared();
    await box.script(undoes("inner-nginx"), { name: "inner-nginx" });

    const run = await box.script("run_undo nginx");

    expect(run.stderr).toBe("unchanged: nginx has nothing to undo\n");
  });

  it("are kept if they fail, so that the next destroy tries again", async () => {
    using box = new ScriptSandbox().prepared();
    const flag = box.path("repaired");
    await box.script(`register_undo '[ -e ${flag} ] || fail 30 "not yet"'; `, { name: "stubborn" });

    const failed = await box.script("run_all_undos", { name: "base" });
    const repaired = await box.script(`: >${flag}; run_all_undos`, { name: "base" });

    expect(failed).toMatchObject({ code: 30, stderr: "not yet\n" });
    expect(repaired).toMatchObject({ code: 0, stderr: "changed: stubborn is undone\n" });
  });

  it("exist as soon as they are registered, for a script that is killed right after", async () => {
    using box = new ScriptSandbox().prepared();

    const killed = await box.script(`${undoes("half")}kill -9 $$`, { name: "half" });
    const run = await box.script("run_all_undos", { name: "base" });

    expect(killed.code).not.toBe(0);
    expect(run.stderr).toBe("undoing half\nchanged: half is undone\n");
    expect(existsSync(box.path("state", "facts", "half"))).toBe(false);
  });
});
