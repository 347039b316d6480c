import { existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { renderBaseCreate, renderBaseDelete, renderBaseUpdate } from "../../components/host/base-script.ts";
import { localHost } from "../../components/host/host.ts";
import { shellLibrary } from "../../components/host/shell/link.ts";
import { renderScript, renderShortScript } from "../../components/host/script.ts";
import { expectGolden } from "../support/golden.ts";
import { PlainMachine, shells } from "../support/scripts/plain-machine.ts";
import { shell as script } from "../support/scripts/shell.ts";

const alive = (pid: string) => {
  const { stdout } = spawnSync("ps", ["-o", "stat=", "-p", pid], { encoding: "utf8" });
  return stdout.trim() !== "" && !stdout.trim().startsWith("Z");
};
const until = async (what: () => boolean) => {
  while (!what()) await sleep(20);
};

describe("a script on this machine", () => {
  it("matches the golden file", () => {
    const motd = { name: "motd", title: "greets", body: script('say "hello"'), timeoutSeconds: 60 };

    expectGolden("host/local-script.sh", renderShortScript(localHost("this-machine"), motd));
  });

  it("names no folder of the user, so that it is the same text for everybody", () => {
    const motd = { name: "motd", title: "greets", body: script('say "hello"'), timeoutSeconds: 60 };

    expect(renderScript(localHost("this-machine"), motd)).toContain('\nstate="$HOME"/.local/state/rancher-stack\n');
  });
});

describe.each(Object.entries(shells))("a script on this machine, in %s, with a Mac's tools", (_, shell) => {
  it("keeps stdout for data, passes on exit codes, and leaves nothing behind", async () => {
    using machine = new PlainMachine(shell);

    const fine = await machine.script("echo data; say words");
    const failed = await machine.script('echo before; fail 30 "and the" reason; echo after');
    const broken = await machine.script("sh -c 'exit 7'; echo after");

    expect(fine).toEqual({ code: 0, stdout: "data\n", stderr: "words\n" });
    expect(failed).toEqual({ code: 30, stdout: "before\n", stderr: "and the reason\n" });
    expect(broken).toEqual({ code: 7, stdout: "", stderr: "" });
    expect(readdirSync(machine.home)).toEqual([]);
  });

  it("reads secrets byte for byte, and none of them is in the environment or arguments of a process", async () => {
    using machine = new PlainMachine(shell);
    const secrets = { key: `a $(b) 'c' "d" \\ é\n${"x".repeat(50_000)}\n`, other: "hidden-words" };

    const run = await machine.script("secret key", { secrets });
    const seen = await machine.script("env; ps -A -ww -o args=", { secrets });

    expect(run).toEqual({ code: 0, stdout: secrets.key, stderr: "" });
    expect(seen.stdout).toContain("state of ours");
    expect(seen.stdout).not.toContain("hidden-words");
    expect(seen.stdout).not.toContain(Buffer.from("hidden-words").toString("base64"));
  });

  it("leaves nothing on standard input for a command that reads it", async () => {
    using machine = new PlainMachine(shell);

    expect(await machine.script("cat", { secrets: { one: "hidden" } })).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("places files, keeps the original and restores it", async () => {
    using machine = new PlainMachine(shell).prepared();
    const file = machine.path("a file");
    writeFileSync(file, "theirs\n", { mode: 0o604 });

    const place = `keep '${file}'; place '${file}' 0640 <<X\nours\nX\necho "$placed"`;
    const first = await machine.script(place);
    const { ino, mode } = statSync(file);
    const second = await machine.script(place);
    await machine.script(`give_back '${file}'`);

    expect([first.stdout, second.stdout, mode & 0o777]).toEqual(["changed\n", "unchanged\n", 0o640]);
    expect(ino).toBeGreaterThan(0);
    expect(readFileSync(file, "utf8")).toBe("theirs\n");
    expect(statSync(file).mode & 0o777).toBe(0o604);
  });

  it("registers undo steps, and runs them newest first", async () => {
    using machine = new PlainMachine(shell).prepared();
    for (const name of ["one", "two"]) await machine.script(`register_undo 'say "undoing ${name}"'`, { name });

    const run = await machine.script("run_all_undos", { name: "base" });

    expect(run.stderr.match(/undoing \w+/g)).toEqual(["undoing two", "undoing one"]);
    expect(readdirSync(machine.path("home dir", "state of ours", "undo"))).toEqual([]);
  });

  it("computes a digest, and limits a command's time, without sha256sum and timeout", async () => {
    using machine = new PlainMachine(shell);

    const digest = await machine.script("printf abc | sha256sum | cut -c 1-16");
    const late = await machine.script("code=0; timeout -k 2 1 sleep 30 || code=$?; echo $code; timeout 5 echo in time");

    expect(digest.stdout).toBe("ba7816bf8f01cfea\n");
    expect(late).toEqual({ code: 0, stdout: "124\nin time\n", stderr: "" });
  });

  it("runs one script at a time on the machine", async () => {
    using machine = new PlainMachine(shell);
    const alone = `mkdir "$HOME/busy"; sleep 0.2; rmdir "$HOME/busy"`;

    const runs = await Promise.all([machine.script(alone), machine.script(alone), machine.script(alone)]);

    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, ""],
      [0, ""],
      [0, ""],
    ]);
    expect(readdirSync(machine.home)).toEqual([]);
  });

  it("takes over the lock of a killed script immediately, and clears what it left", async () => {
    using machine = new PlainMachine(shell);

    const killed = await machine.script('echo secret >"$work/key"; kill -9 $$');
    const left = machine.holder;
    const start = Date.now();
    const next = await machine.script('ls "$work"');

    expect(killed.code).not.toBe(0);
    expect(left).toBeGreaterThan(0);
    expect(next).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(Date.now() - start).toBeLessThan(5_000);
    expect(readdirSync(machine.home)).toEqual([]);
  });

  it("takes over a lock whose process id another program has by now", async () => {
    using machine = new PlainMachine(shell);
    symlinkSync(String(process.pid), `${machine.state}.lock`);

    expect(await machine.script("echo ran")).toEqual({ code: 0, stdout: "ran\n", stderr: "" });
  });

  it("takes over a lock if another script was killed while it cleared an old one", async () => {
    using machine = new PlainMachine(shell);
    symlinkSync("999999999", `${machine.state}.lock`);
    symlinkSync("999999998", `${machine.state}.lock.clearing`);

    expect(await machine.script("echo ran")).toEqual({ code: 0, stdout: "ran\n", stderr: "" });
    expect(readdirSync(machine.home)).toEqual([]);
  });

  it("waits for a running script, and names it after a timeout", async () => {
    using machine = new PlainMachine(shell);
    const slow = (text: string) => text.replaceAll("lock_seconds=300", "lock_seconds=2");
    const body = { name: "test", title: "a test", body: script("echo ran"), timeoutSeconds: 30 };
    const first = machine.script("sleep 6");
    await until(() => machine.holder !== undefined);
    const { holder } = machine;

    const second = await machine.shell(slow(renderScript(machine.host, body)));

    expect([second.code, second.stderr]).toEqual([
      10,
      `another script has held ${machine.state}.lock on this machine for 2 s. See which: ps -p ${holder}\n`,
    ]);
    expect((await first).code).toBe(0);
  });

  it("reports that it cannot create its lock", async () => {
    using machine = new PlainMachine(shell);
    machine.command("ln", "echo 'ln: No space left on device' >&2; exit 1");

    const run = await machine.script("echo ran");

    expect([run.code, run.stdout, run.stderr]).toEqual([
      30,
      "",
      `${machine.state}.lock cannot be created: ln: No space left on device\n`,
    ]);
  });

  it("is stopped after its timeout with all it has started, reports that, and releases the lock", async () => {
    using machine = new PlainMachine(shell);
    const child = `sh -c 'echo $$ >"$HOME/child"; sleep 60 & wait'`;

    const late = await machine.script(`${child}; echo after`, { timeoutSeconds: 1, name: "slow" });
    const pid = readFileSync(machine.path("home dir", "child"), "utf8").trim();
    const next = await machine.script("say next");

    expect(late).toEqual({
      code: 124,
      stdout: "",
      stderr: expect.stringContaining("the script slow was stopped because it did not finish within 1 s. ") as string,
    });
    expect(alive(pid)).toBe(false);
    expect(next).toEqual({ code: 0, stdout: "", stderr: "next\n" });
  });

  it("is killed if it ignores the signal to stop", async () => {
    using machine = new PlainMachine(shell);
    const start = Date.now();

    const text = {
      name: "deaf",
      title: "a test",
      body: script("trap '' TERM; while :; do sleep 1; done"),
      timeoutSeconds: 1,
    };
    const late = await machine.shell(
      renderScript(machine.host, text).replaceAll("kill_after_seconds=10", "kill_after_seconds=2"),
    );

    expect(late.code).toBe(124);
    expect(Date.now() - start).toBeLessThan(15_000);
  });

  it("is signaled before its child processes, so that it cleans up after only one signal", async () => {
    using machine = new PlainMachine(shell);

    const run = await machine.script("sh -c 'sleep 60; :' & tree_of $! | head -n 1; echo $!; end_tree KILL $!");
    const [first, started] = run.stdout.split("\n");

    expect([run.code, first]).toEqual([0, started]);
  });

  it("ends when its parent is told to end", async () => {
    using machine = new PlainMachine(shell);
    const stop = new AbortController();

    const stopped = machine.script('echo $$ >"$HOME/script"; sleep 60', { signal: stop.signal });
    await until(() => existsSync(machine.path("home dir", "script")));
    await sleep(100);
    const pid = readFileSync(machine.path("home dir", "script"), "utf8").trim();
    stop.abort();
    await stopped;

    expect(alive(pid)).toBe(false);
    // Its own trap removes its lock last.
    await until(() => readdirSync(machine.home).length === 1);
    expect(readdirSync(machine.home)).toEqual(["script"]);
  });
});

describe.each(Object.entries(shells))("the base script on this machine, in %s, with a Mac's tools", (_, shell) => {
  const ours = { hostName: "here", kind: "local", stack: "rancher/dev" } as const;
  const base = { name: "base", input: shellLibrary().text };

  it("marks it, recognizes it, and forgets it with everything that was registered", async () => {
    using machine = new PlainMachine(shell);

    const runs = [
      await machine.script(renderBaseCreate(ours), base),
      await machine.script(renderBaseCreate(ours), base),
      await machine.script(renderBaseUpdate(ours), base),
      await machine.script("register_undo 'say undoing'", { name: "one" }),
      await machine.script(renderBaseDelete(ours), base),
    ];

    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual([
      [0, "changed: this machine is now here\n"],
      [0, "unchanged: this machine is here\n"],
      [0, "unchanged: this machine is here\n"],
      [0, ""],
      [0, "undoing\nchanged: one is undone\nchanged: this machine is as it was\n"],
    ]);
    expect(readdirSync(machine.home)).toEqual([]);
  });

  it("refuses a second stack on the machine, and another machine", async () => {
    using machine = new PlainMachine(shell);
    const unknown = await machine.script(renderBaseUpdate(ours), base);
    await machine.script(renderBaseCreate({ ...ours, stack: "rancher/other" }), base);

    const second = await machine.script(renderBaseCreate(ours), base);

    expect([unknown.code, unknown.stderr]).toEqual([
      10,
      `this machine is not the one known as here: it has no ${machine.state}/machine. This stack was created on another machine or by another user. Continue there, or destroy it there first\n`,
    ]);
    expect([second.code, second.stderr]).toEqual([
      10,
      "this machine is not here of rancher/dev: its marker is name=here stack=rancher/other. A machine serves one stack. Destroy that one first, or set another host for this one in docker.host\n",
    ]);
  });

  it("refuses a nearly full disk before it changes anything", async () => {
    using machine = new PlainMachine(shell);
    machine.command("df", "echo x; echo 'disk 1 1 1024 1% /'");

    const run = await machine.script(renderBaseCreate(ours), base);

    expect([run.code, run.stderr]).toEqual([
      10,
      `${machine.home} has 1 MiB free; 512 MiB are needed. Free some space\n`,
    ]);
    expect(existsSync(machine.state)).toBe(false);
  });
});
