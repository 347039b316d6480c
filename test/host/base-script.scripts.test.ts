import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderBaseCreate, renderBaseDelete, renderBaseUpdate } from "../../components/host/base-script.ts";
import { expectGolden } from "../support/golden.ts";
import { ScriptSandbox } from "../support/script-run.ts";

const ours = { hostName: "lb-1", stack: "rancher/prod" };
const base = { name: "base" };

describe("the base script", () => {
  it("matches the golden file", () => {
    expectGolden("host/base-create.sh", renderBaseCreate(ours));
    expectGolden("host/base-update.sh", renderBaseUpdate(ours));
    expectGolden("host/base-delete.sh", renderBaseDelete(ours));
  });

  it("marks a machine, once", async () => {
    using box = new ScriptSandbox();

    const first = await box.script(renderBaseCreate(ours), base);
    const second = await box.script(renderBaseCreate(ours), base);

    expect(first).toEqual({ code: 0, stdout: "", stderr: "changed: this machine is now lb-1\n" });
    expect(second).toEqual({ code: 0, stdout: "", stderr: "unchanged: this machine is lb-1\n" });
    expect(readFileSync(box.path("state", "machine"), "utf8")).toBe("name=lb-1\nstack=rancher/prod\n");
    expect(readdirSync(box.state).sort()).toEqual(["facts", "machine", "undo"]);
  });

  it("completes a run that was killed before the machine was marked", async () => {
    using box = new ScriptSandbox().prepared();
    writeFileSync(box.path("state", "placing"), "name=lb-");

    const run = await box.script(renderBaseCreate(ours), base);

    expect(run.stderr).toBe("changed: this machine is now lb-1\n");
    expect(readFileSync(box.path("state", "machine"), "utf8")).toBe("name=lb-1\nstack=rancher/prod\n");
  });

  it.each([
    ["another host's", { hostName: "lb-2", stack: "rancher/prod" }],
    ["another stack's", { hostName: "lb-1", stack: "rancher/dev" }],
    ["a similarly named host's", { hostName: "lb-10", stack: "rancher/prod" }],
  ])("refuses a machine with %s mark, in every step", async (_, theirs) => {
    using box = new ScriptSandbox();
    await box.script(renderBaseCreate(theirs), base);

    const steps = [renderBaseCreate(ours), renderBaseUpdate(ours), renderBaseDelete(ours)];
    for (const step of steps) {
      const run = await box.script(step, base);

      expect(run).toEqual({
        code: 10,
        stdout: "",
        stderr:
          `this machine is not lb-1 of rancher/prod: its marker is name=${theirs.hostName} stack=${theirs.stack} . ` +
          "Check the address in the stack file, or destroy the stack it belongs to first\n",
      });
    }
    expect(existsSync(box.path("state", "machine"))).toBe(true);
  });

  it("does not update a different machine at the same address", async () => {
    using box = new ScriptSandbox();

    const run = await box.script(renderBaseUpdate(ours), base);

    expect(run).toEqual({
      code: 10,
      stdout: "",
      stderr: `this machine is not the one known as lb-1: it has no ${box.state}/machine. Give it a new name in the stack file\n`,
    });
    expect(existsSync(box.state)).toBe(false);
  });

  it("updates the machine it marked, and repairs its folders", async () => {
    using box = new ScriptSandbox();
    await box.script(renderBaseCreate(ours), base);
    rmSync(box.path("state", "undo"), { recursive: true });

    const run = await box.script(renderBaseUpdate(ours), base);

    expect(run).toEqual({ code: 0, stdout: "", stderr: "unchanged: this machine is lb-1\n" });
    expect(existsSync(box.path("state", "undo"))).toBe(true);
  });

  it("runs the remaining undo steps, newest first, and leaves nothing of its own", async () => {
    using box = new ScriptSandbox();
    await box.script(renderBaseCreate(ours), base);
    for (const name of ["one", "two"]) {
      await box.script(`register_undo <<'UNDO'\nsay "undoing ${name}"\nUNDO\n`, { name });
    }

    const run = await box.script(renderBaseDelete(ours), base);

    expect(run.stderr.split("\n").filter((line) => line.startsWith("undoing"))).toEqual(["undoing two", "undoing one"]);
    expect(run.stderr).toContain("changed: this machine is as it was\n");
    expect(existsSync(box.state)).toBe(false);
  });

  it("keeps the machine's mark when an undo step fails", async () => {
    using box = new ScriptSandbox();
    await box.script(renderBaseCreate(ours), base);
    await box.script(`register_undo <<'UNDO'\nfail 30 "cannot"\nUNDO\n`, { name: "one" });

    const run = await box.script(renderBaseDelete(ours), base);

    expect(run).toMatchObject({ code: 30, stderr: "cannot\n" });
    expect(readdirSync(box.path("state", "undo"))).toEqual(["0001-one"]);
    expect(existsSync(box.path("state", "machine"))).toBe(true);
  });

  it("deletes nothing on a machine it never marked", async () => {
    using box = new ScriptSandbox();
    mkdirSync(box.state);
    writeFileSync(box.path("state", "theirs"), "");

    const run = await box.script(renderBaseDelete(ours), base);

    expect(run).toEqual({ code: 0, stdout: "", stderr: "unchanged: this machine is not marked\n" });
    expect(existsSync(box.path("state", "theirs"))).toBe(true);
  });

  it("refuses a nearly full disk before it changes anything", async () => {
    using box = new ScriptSandbox();
    box.command("df", "printf 'Filesystem 1M-blocks Used Available\\n/dev/vda1 9000 8900 100 99%% /var\\n'");

    const run = await box.script(renderBaseCreate(ours), base);

    expect(run).toEqual({ code: 10, stdout: "", stderr: "/var has 100 MiB free; 512 MiB are needed\n" });
    expect(existsSync(box.state)).toBe(false);
  });
});
