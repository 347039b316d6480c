import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { startOf, withLock } from "../../tools/lock.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

test("only one process at a time does the work, whatever their order", async () => {
  const path = join(temporaryFolder(), "lock");
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await pause(20);
    inside--;
  };

  await Promise.all(Array.from({ length: 8 }, () => withLock(path, "working", work, { poll: 5 })));

  expect(most).toBe(1);
  expect(existsSync(path)).toBe(false);
});

test("a failure releases the lock", async () => {
  const path = join(temporaryFolder(), "lock");

  await expect(withLock(path, "failing", () => Promise.reject(new Error("no")))).rejects.toThrow("no");

  expect(existsSync(path)).toBe(false);
});

test("many processes find the lock of a killed process at the same time, and still only one at a time continues", async () => {
  const path = join(temporaryFolder(), "lock");
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  writeFileSync(path, JSON.stringify({ pid: child.pid, started: startOf(child.pid ?? 0), doing: "sleeping" }));
  child.kill("SIGKILL");
  await once(child, "exit");
  let inside = 0;
  let most = 0;
  const work = async () => {
    most = Math.max(most, ++inside);
    await pause(10);
    inside--;
  };

  await Promise.all(Array.from({ length: 6 }, () => withLock(path, "working", work, { poll: 3 })));

  expect(most).toBe(1);
});

test("a later process with a dead holder's id does not count as its holder", async () => {
  const path = join(temporaryFolder(), "lock");
  writeFileSync(path, JSON.stringify({ pid: process.pid, started: "1", doing: "sleeping" }));

  await expect(withLock(path, "working", () => Promise.resolve("done"), { poll: 5 })).resolves.toBe("done");
});

test("a lock whose writer died while writing is taken over, one that is being written is not", async () => {
  const path = join(temporaryFolder(), "lock");
  writeFileSync(path, "");
  await expect(withLock(path, "working", () => Promise.resolve(1), { poll: 5, timeout: 50 })).rejects.toThrow("held");

  utimesSync(path, 0, 0);

  await expect(withLock(path, "working", () => Promise.resolve(1), { poll: 5 })).resolves.toBe(1);
});

test("waiting prints one line; its timeout names the holder and the remedy", async () => {
  const path = join(temporaryFolder(), "lock");
  const holder = { pid: process.pid, started: startOf(process.pid), doing: "building helm" };
  writeFileSync(path, JSON.stringify(holder));
  const lines: string[] = [];

  const waiting = withLock(path, "working", () => Promise.resolve(1), {
    poll: 5,
    timeout: 60,
    progress: (line) => lines.push(line),
  });

  await expect(waiting).rejects.toThrow(
    new RegExp(`held for 0\\.\\d s by process ${process.pid}, which is building helm\\. Wait .*kill ${process.pid}`),
  );
  expect(lines).toEqual(["another command is building helm; waiting ..."]);
  expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(holder);
});
