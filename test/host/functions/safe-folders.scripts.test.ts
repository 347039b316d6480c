import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, it } from "vitest";
import { PlainMachine, shells } from "../../support/scripts/plain-machine.ts";
import { ScriptSandbox } from "../../support/scripts/script-run.ts";

const isRoot = process.getuid?.() === 0;
const nobody = 65534;

/** Folders of the sandbox, each with its mode. */
function folders(box: ScriptSandbox | PlainMachine, modes: Readonly<Record<string, number>>): void {
  for (const [name, mode] of Object.entries(modes)) {
    mkdirSync(box.path(name));
    chmodSync(box.path(name), mode);
  }
}

describe("a folder the user chose", () => {
  it("is created for its owner alone if it is missing", async () => {
    using box = new ScriptSandbox().prepared();

    const run = await box.script(`safe_folder ${box.path("backups")}/deep`);

    expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(statSync(box.path("backups", "deep")).mode & 0o777).toBe(0o700);
  });

  it.each([
    ["its group", 0o775],
    ["everybody", 0o757],
    ["everybody, although it is sticky", 0o1777],
  ])("is refused if %s may write to it", async (_, mode) => {
    using box = new ScriptSandbox().prepared();
    folders(box, { backups: mode });

    const run = await box.script(`safe_folder ${box.path("backups")}; echo went on`);

    expect([run.code, run.stdout]).toEqual([10, ""]);
    expect(run.stderr).toContain(`users may`);
    expect(run.stderr).toContain(box.path("backups"));
  });

  it("is refused, and not created, if others may write to a folder above it", async () => {
    using box = new ScriptSandbox().prepared();
    folders(box, { shared: 0o777, "shared/backups": 0o700, sticky: 0o1777 });

    const above = await box.script(`safe_folder ${box.path("shared", "backups")}`);
    const missing = await box.script(`safe_folder ${box.path("sticky", "backups")}`);

    expect(above).toEqual({
      code: 10,
      stdout: "",
      stderr:
        `other users may write to ${box.path("shared")}, and so replace what is in ${box.path("shared", "backups")}. ` +
        `Forbid it: chmod go-w ${box.path("shared")}\n`,
    });
    expect(missing.code).toBe(10);
    expect(existsSync(box.path("sticky", "backups"))).toBe(false);
  });

  it("may be an existing private folder below a sticky one, and its path may use root's own links", async () => {
    using box = new ScriptSandbox().prepared();
    folders(box, { sticky: 0o1777, "sticky/backups": 0o700, trusted: 0o755 });
    symlinkSync("../sticky/backups", box.path("trusted", "link"));

    const run = await box.script(
      `safe_folder ${box.path("sticky", "backups")}; safe_folder ${box.path("trusted", "link")}`,
    );

    expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("is refused if a link in its path leads through a folder that others may write to", async () => {
    using box = new ScriptSandbox().prepared();
    folders(box, { trusted: 0o755, shared: 0o777, target: 0o700 });
    symlinkSync(box.path("target"), box.path("shared", "second"));
    symlinkSync("../shared/second", box.path("trusted", "first"));

    const run = await box.script(`safe_folder ${box.path("trusted", "first")}`);

    expect([run.code, run.stderr]).toEqual([10, expect.stringContaining(`may write to ${box.path("shared")}`)]);
  });

  it("is refused if its links form a cycle", async () => {
    using box = new ScriptSandbox().prepared();
    symlinkSync("circle", box.path("circle"));

    const run = await box.script(`safe_folder ${box.path("circle")}`);

    expect([run.code, run.stderr]).toEqual([10, expect.stringContaining("more than 40 symbolic links")]);
  });

  it.runIf(isRoot)("is refused if another user owns it, or a folder above it", async () => {
    using box = new ScriptSandbox().prepared();
    folders(box, { home: 0o755, "home/backups": 0o700 });
    chownSync(box.path("home"), nobody, nobody);

    const run = await box.script(`safe_folder ${box.path("home", "backups")}`);

    expect([run.code, run.stderr]).toEqual([
      10,
      expect.stringMatching(/home belongs to \w+, who can replace what is in .*home\/backups\. Change its owner/),
    ]);
  });

  it.runIf(isRoot)("does not let another user's link make root overwrite a file", async () => {
    using box = new ScriptSandbox().prepared();
    folders(box, { backups: 0o755 });
    writeFileSync(box.path("victim"), "as it was\n");
    symlinkSync(box.path("victim"), box.path("backups", "last-backup"));
    chownSync(box.path("backups"), nobody, nobody);

    const run = await box.script(`safe_folder ${box.path("backups")}; echo new >${box.path("backups", "last-backup")}`);

    expect(run.code).toBe(10);
    expect(readFileSync(box.path("victim"), "utf8")).toBe("as it was\n");
  });
});

describe.each(Object.entries(shells))("on this machine, in %s", (_, shell) => {
  it("accepts the user's own folder, and refuses one that others may write to", async () => {
    using machine = new PlainMachine(shell).prepared();
    folders(machine, { shared: 0o777 });

    const fine = await machine.script('safe_folder "$HOME/backups"');
    const refused = await machine.script(`safe_folder '${machine.path("shared", "backups")}'; echo went on`);

    expect(fine).toEqual({ code: 0, stdout: "", stderr: "" });
    expect([refused.code, refused.stdout]).toEqual([10, ""]);
    expect(refused.stderr).toContain("Forbid it: chmod go-w");
  });

  it("refuses the state folder if others may write to its parent folder", async () => {
    using machine = new PlainMachine(shell);
    chmodSync(machine.home, 0o777);

    const run = await machine.script("echo ran");

    expect([run.code, run.stdout, run.stderr]).toEqual([
      10,
      "",
      expect.stringContaining(`other users may write to ${machine.home}`),
    ]);
  });
});

describe("remains of a killed script", () => {
  const undo = "register_undo ':'; ";

  it("are removed by its undo step: the temporary file beside its target, and the folder created for it", async () => {
    using box = new ScriptSandbox().prepared();
    const folder = box.path("etc", "nginx.service.d");
    mkdirSync(box.path("etc"));
    // It is killed at the rename.
    const killed = await box.script(
      `${undo}mv() { case $* in *conf) kill -9 $$ ;; *) env mv "$@" ;; esac; }\nmake_folder ${folder}; echo new | place ${folder}/ours.conf 0644`,
      { name: "nginx" },
    );
    const left = existsSync(`${folder}/ours.conf.placing`);

    const undone = await box.script("run_all_undos", { name: "base" });

    expect([killed.code === 0, left]).toEqual([false, true]);
    expect(undone.stderr).toBe("changed: nginx is undone\n");
    expect(existsSync(folder)).toBe(false);
    expect(existsSync(box.path("etc"))).toBe(true);
  });

  it("are kept if they do not belong to it: an existing folder, and one that others use by now", async () => {
    using box = new ScriptSandbox().prepared();
    mkdirSync(box.path("there"));
    await box.script(`${undo}make_folder ${box.path("there")}; make_folder ${box.path("made")}/below`, { name: "one" });
    writeFileSync(box.path("made", "theirs"), "");

    await box.script("run_undo one");

    expect([
      existsSync(box.path("there")),
      existsSync(box.path("made")),
      existsSync(box.path("made", "below")),
    ]).toEqual([true, true, false]);
  });

  it("do not disturb a later restore, if give_back was killed in the middle of its copy", async () => {
    using box = new ScriptSandbox().prepared();
    mkdirSync(box.path("theirs"));
    writeFileSync(box.path("theirs", "file"), "as it was\n");
    const folder = box.path("theirs");
    await box.script(`${undo}keep ${folder}`, { name: "one" });
    mkdirSync(`${folder}.placing`);

    await box.script(`facts=$state/facts/one; rm -rf ${folder}; give_back ${folder}`);

    expect(readFileSync(box.path("theirs", "file"), "utf8")).toBe("as it was\n");
    expect(existsSync(`${folder}.placing`)).toBe(false);
  });
});
