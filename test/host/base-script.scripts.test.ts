import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { renderBaseCreate, renderBaseDelete, renderBaseUpdate } from "../../components/host/base-script.ts";
import { expectGolden } from "../support/golden.ts";
import { ScriptSandbox } from "../support/scripts/script-run.ts";
import { link, shellLibrary, type ShellScript, type ShellValue } from "../../components/host/shell/link.ts";
import { shell } from "../support/scripts/shell.ts";
import { renderShortScript, unattended } from "../../components/host/script.ts";

const ours = { hostName: "lb-1", stack: "rancher/prod" };
const base = { name: "base", input: shellLibrary().text };

describe("the base script", () => {
  it("matches the golden file", () => {
    expectGolden("host/base-create.sh", link(renderBaseCreate(ours)));
    expectGolden("host/base-update.sh", link(renderBaseUpdate(ours)));
    expectGolden("host/base-delete.sh", link(renderBaseDelete(ours)));
  });

  it("marks a machine, once", async () => {
    using box = new ScriptSandbox();

    const first = await box.script(renderBaseCreate(ours), base);
    const second = await box.script(renderBaseCreate(ours), base);

    expect(first).toEqual({ code: 0, stdout: "", stderr: "changed: this machine is now lb-1\n" });
    expect(second).toEqual({ code: 0, stdout: "", stderr: "unchanged: this machine is lb-1\n" });
    expect(readFileSync(box.path("state", "machine"), "utf8")).toBe("name=lb-1\nstack=rancher/prod\n");
    expect(readdirSync(box.state).sort()).toEqual(["facts", "library", "library.sh", "machine", "undo"]);
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
          `this machine is not lb-1 of rancher/prod: its marker is name=${theirs.hostName} stack=${theirs.stack}. ` +
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

  describe("and the library", () => {
    const { text: library, digest } = shellLibrary();
    /** Another release of the program, whose library greets differently. */
    const other = `${library}say() { printf 'other: %s\\n' "$*" >&2; }\n`;
    const otherDigest = createHash("sha256").update(other).digest("hex").slice(0, 16);
    const otherBase = () => withValue(renderBaseUpdate(ours), "library_digest", otherDigest);
    const short = (box: ScriptSandbox, body: ShellScript, name = "test") =>
      box.shell(renderShortScript(box.host, { name, title: "a test", body, timeoutSeconds: 30 }));
    const libraries = (box: ScriptSandbox) => readdirSync(box.path("state", "library"));

    it("places it for scripts without functions of their own", async () => {
      using box = new ScriptSandbox();
      await box.script(renderBaseCreate(ours), base);

      expect(libraries(box)).toEqual([`${digest}.sh`]);
      expect(await short(box, shell("say hello"))).toEqual({ code: 0, stdout: "", stderr: "hello\n" });
    });

    it("is asked for by a script that finds none", async () => {
      using box = new ScriptSandbox();

      expect(await short(box, shell("say hello"))).toEqual({
        code: 10,
        stdout: "",
        stderr: `this machine has no ${box.state}/library.sh, which its base script places. Run npm run up for the whole stack\n`,
      });
    });

    it("replaces it, but an undo step keeps the one it was written for until it is run", async () => {
      using box = new ScriptSandbox();
      await box.script(renderBaseCreate(ours), base);
      await short(box, shell('register_undo "$undo_step"', { undo_step: shell("say undoing") }), "one");

      await box.script(otherBase(), { name: "base", input: other });
      const now = await short(box, shell("say hello"));
      const both = libraries(box);
      const undone = await short(box, shell("run_undo one"));
      await box.script(otherBase(), { name: "base", input: other });

      expect(now.stderr).toBe("other: hello\n");
      expect(both.sort()).toEqual([`${digest}.sh`, `${otherDigest}.sh`].sort());
      expect(undone.stderr).toMatch(/^undoing\n/);
      expect(libraries(box)).toEqual([`${otherDigest}.sh`]);
    });

    it("keeps the old one if the new one arrives incomplete, and completes it the next time", async () => {
      using box = new ScriptSandbox();
      await box.script(renderBaseCreate(ours), base);

      const cut = await box.script(otherBase(), { name: "base", input: other.slice(0, 1000) });
      const still = await short(box, shell("say hello"));
      await box.script(otherBase(), { name: "base", input: other });

      expect([cut.code, cut.stderr]).toEqual([
        30,
        `${box.state}/library/${otherDigest}.sh.placing is not what was sent. Run this again\n`,
      ]);
      expect(still.stderr).toBe("hello\n");
      expect(libraries(box)).toEqual([`${otherDigest}.sh`]);
    });

    it("keeps the one of a script that systemd starts", async () => {
      using box = new ScriptSandbox();
      await box.script(renderBaseCreate(ours), base);
      const path = box.path("state", "later.sh");
      const later = unattended("later", shell("say later"));
      await short(box, shell(`place_script ${path} "$later"`, { later }));

      await box.script(otherBase(), { name: "base", input: other });

      expect(readFileSync(path, "utf8")).toContain(`\n. "${box.state}/library/${digest}.sh"\n`.slice(1));
      expect(libraries(box)).toContain(`${digest}.sh`);
    });
  });

  it("runs the remaining undo steps, newest first, and leaves nothing of its own", async () => {
    using box = new ScriptSandbox();
    await box.script(renderBaseCreate(ours), base);
    for (const name of ["one", "two"]) {
      await box.script(`register_undo 'say "undoing ${name}"'`, { name });
    }

    const run = await box.script(renderBaseDelete(ours), base);

    expect(run.stderr.split("\n").filter((line) => line.startsWith("undoing"))).toEqual(["undoing two", "undoing one"]);
    expect(run.stderr).toContain("changed: this machine is as it was\n");
    expect(existsSync(box.state)).toBe(false);
  });

  it("keeps the machine's mark when an undo step fails", async () => {
    using box = new ScriptSandbox();
    await box.script(renderBaseCreate(ours), base);
    await box.script(`register_undo 'fail 30 "cannot"'`, { name: "one" });

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
    box.command("df", "printf 'Filesystem 1024-blocks Used Available\\n/dev/vda1 9216000 9113600 102400 99%% /var\\n'");

    const run = await box.script(renderBaseCreate(ours), base);

    expect(run).toEqual({
      code: 10,
      stdout: "",
      stderr: "/var has 100 MiB free; 512 MiB are needed. Free some space\n",
    });
    expect(existsSync(box.state)).toBe(false);
  });
});

function withValue({ main, values }: ShellScript, name: string, value: ShellValue): ShellScript {
  return { main, values: { ...values, [name]: value } };
}
