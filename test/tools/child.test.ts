import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { run } from "../../tools/child.mjs";
import { startOf } from "../../tools/lock.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

test("returns the exit code, the last lines and the whole log of a command", async () => {
  const log = join(temporaryFolder(), "log");

  const ended = await run(["sh", "-c", "seq 1 30; printf last >&2; exit 7"], { log, tailLines: 3 });

  expect(ended.code).toBe(7);
  expect(ended.tail).toHaveLength(3);
  expect(ended.tail.join()).toContain("30");
  expect(readFileSync(log, "utf8").split("\n").length).toBeGreaterThanOrEqual(31);
});

test("a command that does not exist ends with 127 and an error", async () => {
  const { code, tail } = await run(["/nowhere/go"]);

  expect(code).toBe(127);
  expect(tail.join()).toMatch(/not found/);
});

test("an abort ends the command, and rejects with its reason", async () => {
  const abort = new AbortController();
  const running = run(["sleep", "60"], { signal: abort.signal });
  setTimeout(() => abort.abort(new Error("enough")), 100);

  await expect(running).rejects.toThrow("enough");
});

test("nothing outlives a process that is killed with SIGKILL", async () => {
  const folder = temporaryFolder();
  const pidFile = join(folder, "pid");
  const child = fileURLToPath(new URL("../../tools/child.mjs", import.meta.url));
  const script = `import { run } from ${JSON.stringify(child)};
    await run(["sh", "-c", "echo $$ > ${pidFile}; exec sleep 60"]);`;
  const parent = spawn(process.execPath, ["--input-type=module", "-e", script]);
  while (!existsSync(pidFile) || readFileSync(pidFile, "utf8") === "") await pause(20);
  const pid = Number(readFileSync(pidFile, "utf8"));
  expect(startOf(pid)).toBeDefined();

  parent.kill("SIGKILL");

  await expect.poll(() => startOf(pid), { timeout: 5_000 }).toBeUndefined();
});
