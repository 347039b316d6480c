import { existsSync } from "node:fs";
import { readdir, readFile, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScratchEngine } from "./scratch-engine.ts";
import { unpackSshd } from "./ssh-server.ts";
import { useHost } from "./test-host.ts";

const isRoot = process.getuid?.() === 0;
const sshd = isRoot ? await unpackSshd() : undefined;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly argv: string;
  readonly environment: string;
  readonly folder: string;
}

describe.skipIf(!sshd)("the processes of the fake command provider", () => {
  let engine: ScratchEngine;
  beforeAll(async () => {
    engine = await ScratchEngine.start("fake", "/nonexistent");
  });
  afterAll(async () => {
    await engine?.remove();
    await sshd?.remove();
  });
  const host = useHost(sshd?.root ?? "");

  it("show no key while they run, and end when the provider is killed", async () => {
    const stack = await engine.stack();
    const running = stack.up(
      host.remote({ create: `echo started >> ${host.notes()}; sleep 20`, stdin: "canary-stdin" }),
    );
    while ((await host.noted()).length === 0) await sleep(50);

    const all = await processes();
    const plugin = all.find(({ argv }) =>
      argv.includes(`${engine.plugin("command").replace(/\/[^/]*$/, "")}/plugin.mjs`),
    );
    const started = all.filter(({ parent }) => parent === plugin?.pid);
    const keyLine = host.server().privateKey.split("\n")[1]!;
    const showing = all.filter(
      ({ argv, environment }) => /canary-stdin/.test(argv + environment) || (argv + environment).includes(keyLine),
    );
    const folder = started.find(({ argv }) => argv.includes("ssh-agent"))!.folder;
    const files = await Promise.all(
      (await readdir(folder)).map((name) => readFile(`${folder}/${name}`, "utf8").catch(() => "")),
    );
    process.kill(plugin!.pid, "SIGKILL");
    const run = await running;
    for (let waited = 0; waited < 5_000 && existsSync(folder); waited += 50) await sleep(50);
    const left = (await processes()).filter(({ pid }) => started.some((each) => each.pid === pid));

    expect(started.map(({ argv }) => argv.split("\0")[0]).sort()).toEqual(["sh", "ssh", "ssh-agent"]);
    expect(showing).toEqual([]);
    expect(files.join("")).not.toContain(keyLine);
    expect(run.error).toBeDefined();
    expect(existsSync(folder)).toBe(false);
    expect(left).toEqual([]);
  });

  it("end after a run that ends by itself", async () => {
    const stack = await engine.stack();

    await stack.up(host.remote({ create: "true" }));
    await sleep(500);

    const left = (await processes()).filter(
      ({ argv, folder }) => /pulumi-ssh-/.test(argv) || /pulumi-ssh-/.test(folder),
    );
    expect(left).toEqual([]);
  });
});

async function processes(): Promise<Process[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid): Promise<Process | undefined> => {
      try {
        const stat = await readFile(`/proc/${pid}/stat`, "utf8");
        return {
          pid: Number(pid),
          parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]),
          argv: await readFile(`/proc/${pid}/cmdline`, "utf8"),
          environment: await readFile(`/proc/${pid}/environ`, "utf8"),
          folder: await readlink(`/proc/${pid}/cwd`),
        };
      } catch {
        return undefined;
      }
    }),
  );
  return found.filter((each) => each !== undefined);
}
