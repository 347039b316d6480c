import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { startTethered } from "../../../rehearsal/kubernetes/tethered-process.ts";
import { isAlive } from "./is-alive.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "tethered-"));
});
afterEach(() => rm(folder, { recursive: true }));

const start = (script: string) =>
  startTethered({ name: "daemon", command: "/bin/sh", args: ["-c", script], logFile: path.join(folder, "log") });

it("reports how a daemon ended and its last lines", async () => {
  const daemon = await start("for i in $(seq 30); do echo line $i; done; echo the reason >&2; exit 7");

  const { message } = await daemon.ended;

  expect(message).toContain("daemon ended with exit code 7. Its last lines");
  expect(message.split("\n").slice(-2)).toEqual(["  line 30", "  the reason"]);
  expect(message).not.toContain("line 18\n");
});

it("names the signal that ended a daemon from outside", async () => {
  const daemon = await start("exec sleep 60");

  process.kill(daemon.pid, "SIGTERM");

  expect((await daemon.ended).message).toContain("daemon was ended by SIGTERM");
  // The watcher ends, too.
  await vi.waitFor(() => expect(isAlive(-daemon.pid)).toBe(false), { timeout: 5000 });
});

it("gives the daemon its own pid, a private log and nothing of our environment", async () => {
  vi.stubEnv("REHEARSAL_CANARY", "do-not-pass-on");
  const daemon = await start('echo "pid $$"; env');

  const { message } = await daemon.ended;

  expect(message).toContain(`pid ${daemon.pid}`);
  expect(message).not.toContain("do-not-pass-on");
  expect((await stat(daemon.logFile)).mode & 0o777).toBe(0o600);
  vi.unstubAllEnvs();
});

it("ends a daemon and its children immediately, even one that ignores signals, and may be called twice", async () => {
  const daemon = await start("trap '' TERM; sleep 60 & echo child $!; wait; sleep 60");

  await daemon.kill();
  await daemon.kill();

  expect(isAlive(daemon.pid)).toBe(false);
  const { message } = await daemon.ended;
  const child = Number(/child (\d+)/.exec(message)?.[1] ?? daemon.pid);
  await vi.waitFor(() => expect(isAlive(child)).toBe(false), { timeout: 5000 });
});

it("leaves no daemon and no watcher when its owner is killed", async () => {
  const owner = path.join(folder, "owner.mts");
  const source = path.resolve(import.meta.dirname, "../../../rehearsal/kubernetes/tethered-process.ts");
  await writeFile(
    owner,
    `import { startTethered } from ${JSON.stringify(source)};
     const logFile = ${JSON.stringify(path.join(folder, "log"))};
     const daemon = await startTethered({ name: "daemon", command: "/bin/sleep", args: ["60"], logFile });
     process.stdout.write(String(daemon.pid));
     setInterval(() => {}, 1000);`,
  );
  const process_ = spawn(process.execPath, ["--import", "tsx", owner], { stdio: ["ignore", "pipe", "inherit"] });
  const [output] = (await once(process_.stdout, "data")) as [Buffer];
  const pid = Number(output.toString());
  expect(isAlive(pid)).toBe(true);

  process_.kill("SIGKILL");

  await vi.waitFor(() => expect(isAlive(pid)).toBe(false), { timeout: 5000 });
  await vi.waitFor(() => expect(isAlive(-pid)).toBe(false), { timeout: 5000 });
});
