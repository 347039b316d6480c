import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { runVariable } from "../../../operations/engine/engine.ts";
import { endOrphans, markedProcesses, orphansAmong } from "../../../operations/recovery/orphans.ts";

const marked = (pid: number, run: string, executable: string) => ({ pid, run, executable });

describe("orphansAmong", () => {
  it("are the plugins and language hosts whose engine is gone", () => {
    const orphans = [marked(2, "dead", "pulumi-resource-kubernetes"), marked(3, "dead", "node")];

    expect(
      orphansAmong([marked(1, "alive", "pulumi"), marked(4, "alive", "pulumi-resource-command"), ...orphans]),
    ).toEqual(orphans);
  });

  it("are none while every engine lives, and none without processes", () => {
    expect(orphansAmong([marked(1, "a", "pulumi"), marked(2, "a", "node"), marked(3, "b", "pulumi")])).toEqual([]);
    expect(orphansAmong([])).toEqual([]);
  });

  it("are found despite an engine of another run, or a plugin whose name begins alike", () => {
    const orphan = marked(2, "dead", "pulumi-language-nodejs");

    expect(orphansAmong([marked(1, "alive", "pulumi"), orphan])).toEqual([orphan]);
  });
});

describe.skipIf(!existsSync("/proc/self/environ"))("on this machine", () => {
  const run = `test-${process.pid}`;
  const ours = () => markedProcesses().filter((each) => each.run === run);
  const started: ChildProcess[] = [];
  async function start(file: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
    const args = file === "node" ? ["-e", "setTimeout(() => {}, 60_000)"] : ["60"];
    const child = spawn(file === "node" ? process.execPath : file, args, {
      env: { PATH: process.env["PATH"], ...env },
    });
    started.push(child);
    await once(child, "spawn");
    return child;
  }
  afterEach(() => {
    for (const child of started.splice(0)) child.kill("SIGKILL");
  });

  it("ends a process with a dead engine's mark, and no other", async () => {
    const orphan = await start("node", { [runVariable]: run });
    const daemon = await start("sleep", { [runVariable]: run });
    const bystander = await start("node", {});

    const exit = once(orphan, "exit");
    const ended = endOrphans(ours());

    expect(await exit).toEqual([null, "SIGKILL"]);
    expect(ended).toEqual([`node (process ${orphan.pid}), which a dead engine left behind`]);
    expect([bystander.exitCode, daemon.exitCode]).toEqual([null, null]);
    expect(endOrphans(ours())).toEqual([]);
  });

  it("recognises an engine even if its program was replaced while it runs", async () => {
    const folder = mkdtempSync(join(tmpdir(), "rancher-orphans-"));
    const program = join(folder, "pulumi");
    copyFileSync("/bin/sleep", program);
    const engine = await start(program, { [runVariable]: run });
    const plugin = await start("node", { [runVariable]: run });

    rmSync(folder, { recursive: true });

    expect(
      ours()
        .map(({ pid }) => pid)
        .sort(),
    ).toEqual([engine.pid, plugin.pid].sort());
    expect(orphansAmong(ours())).toEqual([]);
  });
});
