import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { linkToLibrary } from "../../components/host/shell/link.ts";
import { unattended } from "../../components/host/script.ts";
import { expectGolden } from "../support/golden.ts";
import { ScriptSandbox } from "../support/scripts/script-run.ts";
import { shell } from "../support/scripts/shell.ts";

describe("the preamble", () => {
  it("matches the golden file", () => {
    expectGolden("host/preamble.sh", linkToLibrary(unattended("nginx", shell(":"))));
  });

  it("ends the script at the first command that fails, with its exit code", async () => {
    using box = new ScriptSandbox();

    const run = await box.script("echo before; (exit 7); echo after");

    expect(run).toMatchObject({ code: 7, stdout: "before\n" });
  });

  it("ends the script at an unset variable", async () => {
    using box = new ScriptSandbox();

    const run = await box.script("echo $missing; echo after");

    expect(run.code).not.toBe(0);
    expect(run.stdout).toBe("");
  });

  it("creates files that only their owner can read", async () => {
    using box = new ScriptSandbox();

    await box.script(`: >${box.path("made")}`);

    expect(statSync(box.path("made")).mode & 0o777).toBe(0o600);
  });

  it("keeps stdout for data: say and fail print to stderr", async () => {
    using box = new ScriptSandbox();

    const run = await box.script('say "a line"; fail 30 "and the" reason; echo after');

    expect(run).toEqual({ code: 30, stdout: "", stderr: "a line\nand the reason\n" });
  });

  it("runs one script at a time on a host", async () => {
    using box = new ScriptSandbox();
    const alone = `mkdir ${box.path("busy")}; sleep 0.3; rmdir ${box.path("busy")}`;

    const runs = await Promise.all([box.script(alone), box.script(alone), box.script(alone)]);

    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  });

  it("removes its folder for scratch files, also when the script fails or is stopped", async () => {
    using box = new ScriptSandbox();
    const stop = new AbortController();

    await box.script('echo x >"$work/scratch"; exit 3');
    const stopped = box.script(`echo x >"$work/scratch"; : >${box.path("there")}; sleep 20`, { signal: stop.signal });
    while (!existsSync(box.path("there"))) await new Promise((resolve) => setTimeout(resolve, 10));
    stop.abort();
    await stopped;

    expect(readdirSync(box.path("run"))).toEqual(["rancher-stack.lock"]);
  });

  it("clears what a killed script left in the folder for scratch files", async () => {
    using box = new ScriptSandbox();
    mkdirSync(box.path("run", "rancher-stack.work"));
    writeFileSync(box.path("run", "rancher-stack.work", "stale"), "");

    const run = await box.script('ls "$work"');

    expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
  });
});

describe("secret", () => {
  it("prints any text from standard input, byte for byte", async () => {
    using box = new ScriptSandbox();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), async (one, two) => {
        const run = await box.script("secret two; printf ' | '; secret one | base64 -w 0", { secrets: { one, two } });

        const stdout = `${two} | ${Buffer.from(one).toString("base64")}`;
        expect(run).toEqual({ code: 0, stdout, stderr: "" });
      }),
      { numRuns: 25 },
    );
  });

  it("accepts a text of many kilobytes, such as a chain of certificates", async () => {
    using box = new ScriptSandbox();

    const run = await box.script("secret key | wc -c", { secrets: { key: "x".repeat(200_000) } });

    expect(run.stdout.trim()).toBe("200000");
  });

  it("ends the script if no secret has the name, instead of placing an empty file", async () => {
    using box = new ScriptSandbox();

    const run = await box.script(`secret missing >${box.path("key")}; echo after`);

    expect(run).toEqual({ code: 10, stdout: "", stderr: "no secret named missing came on standard input\n" });
  });

  it("leaves nothing on standard input for a command that reads it", async () => {
    using box = new ScriptSandbox();

    const run = await box.script("cat", { secrets: { one: "hidden" } });

    expect(run).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("is not in the environment of commands that the script runs", async () => {
    using box = new ScriptSandbox();

    const run = await box.script("env", { secrets: { one: "hidden" } });

    expect(run.stdout).not.toContain("hidden");
    expect(run.stdout).not.toContain(Buffer.from("hidden").toString("base64"));
  });
});

describe("place", () => {
  it("writes a file with its mode, and prints changed; a second run prints unchanged and touches nothing", async () => {
    using box = new ScriptSandbox();
    const file = box.path("placed");
    const place = `place ${file} 0640 <<X\ncontent\nX\necho "$placed"`;

    const first = await box.script(place);
    const { mtimeMs, ino } = statSync(file);
    const second = await box.script(place);

    expect([first.stdout, second.stdout]).toEqual(["changed\n", "unchanged\n"]);
    expect(readFileSync(file, "utf8")).toBe("content\n");
    expect(statSync(file)).toMatchObject({ mtimeMs, ino });
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it("leaves the old file whole when the new one cannot be written", async () => {
    using box = new ScriptSandbox();
    mkdirSync(box.path("etc"));
    writeFileSync(box.path("etc", "conf"), "old\n");
    box.command("sync", "echo 'sync: No space left on device' >&2; exit 1");

    const run = await box.script(`place ${box.path("etc", "conf")} 0644 <<X\nnew\nX\n`);

    expect(run.code).toBe(30);
    expect(run.stderr).toContain(`${box.path("etc", "conf")} cannot be written: `);
    expect(readFileSync(box.path("etc", "conf"), "utf8")).toBe("old\n");
    expect(readdirSync(box.path("etc"))).toEqual(["conf"]);
  });

  it("names the full disk if there is no room even for the temporary file", async () => {
    using box = new ScriptSandbox();
    box.command("install", "echo 'install: No space left on device' >&2; exit 1");

    const run = await box.script(`place ${box.path("conf")} 0644 <<X\nnew\nX\n`);

    expect(run.code).toBe(30);
    expect(run.stderr).toContain(`${box.path("conf")} cannot be written: `);
  });
});

describe("keep and give_back", () => {
  it("restore a file as it was first kept, with its mode", async () => {
    using box = new ScriptSandbox().prepared();
    const file = box.path("conf");
    writeFileSync(file, "original\n");
    chmodSync(file, 0o604);

    await box.script(`keep ${file}; echo mine >${file}; chmod 600 ${file}; keep ${file}`);
    await box.script(`keep ${file}; give_back ${file}`);

    expect(readFileSync(file, "utf8")).toBe("original\n");
    expect(statSync(file).mode & 0o777).toBe(0o604);
  });

  it("remove a file that did not exist before", async () => {
    using box = new ScriptSandbox().prepared();
    const file = box.path("conf");

    await box.script(`keep ${file}; echo mine >${file}; keep ${file}`);
    await box.script(`give_back ${file}`);

    expect(existsSync(file)).toBe(false);
  });

  it("ignore a file that was never kept", async () => {
    using box = new ScriptSandbox().prepared();
    writeFileSync(box.path("conf"), "theirs\n");

    const run = await box.script(`give_back ${box.path("conf")}`);

    expect(run.code).toBe(0);
    expect(readFileSync(box.path("conf"), "utf8")).toBe("theirs\n");
  });
});
