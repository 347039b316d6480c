import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { removeStaleLocks } from "../../../operations/recovery/stale-lock.ts";

let home: string;
let locks: string;
const backend = () => pathToFileURL(home).href;
const remove = () => removeStaleLocks(backend(), "rancher", "prod");

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "rancher state-"));
  locks = join(home, ".pulumi", "locks", "organization", "rancher", "prod");
  mkdirSync(locks, { recursive: true });
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
});

/** The process id of a process that has just ended. */
const deadPid = () => spawnSync("true").pid;

function lock(file: string, overrides: object = {}): void {
  const content = { pid: deadPid(), username: "ops", hostname: hostname(), timestamp: "2026-11-21T09:00:00Z" };
  writeFileSync(join(locks, file), JSON.stringify({ ...content, ...overrides }));
}

describe("removeStaleLocks", () => {
  it("removes the lock of an engine that died here, and reports its owner", () => {
    const pid = deadPid();
    lock("a.json", { pid });

    expect(remove()).toEqual([`the lock of process ${pid}, which ended without releasing it (2026-11-21T09:00:00Z)`]);
    expect(readdirSync(locks)).toEqual([]);
  });

  it("refuses while a living engine holds the stack", () => {
    const timestamp = new Date().toISOString();
    lock("a.json", { pid: process.pid, timestamp });

    expect(remove).toThrow(
      `prod has been in use since ${timestamp} by process ${process.pid} of ops. Wait until it ends, or end it.`,
    );
    expect(readdirSync(locks)).toEqual(["a.json"]);
  });

  it("finds the state in the home folder, as pulumi login --local does", () => {
    vi.stubEnv("HOME", home);
    lock("a.json");

    expect(removeStaleLocks("file://~", "rancher", "prod")).toHaveLength(1);
    expect(readdirSync(locks)).toEqual([]);
    vi.unstubAllEnvs();
  });

  it("treats a process of another user as alive", () => {
    lock("a.json", { pid: 1, timestamp: new Date().toISOString() });

    expect(remove).toThrow("by process 1 of ops");
  });

  it("treats a process that started after the lock was taken as another one with the same id", () => {
    lock("a.json", { pid: process.pid, timestamp: "2026-01-01T00:00:00Z" });
    lock("b.json", { pid: 1, timestamp: "2001-01-01T00:00:00Z" });

    expect(remove()).toHaveLength(2);
    expect(readdirSync(locks)).toEqual([]);
  });

  it("treats a lock with an unreadable time as held", () => {
    lock("a.json", { pid: process.pid, timestamp: "then" });

    expect(remove).toThrow("has been in use since then");
  });

  it("does not check processes of another machine", () => {
    lock("a.json", { hostname: "elsewhere" });

    expect(remove).toThrow(
      "prod has been locked since 2026-11-21T09:00:00Z by ops on elsewhere. " +
        "If nothing runs there any more: npm run pulumi -- cancel --stack prod",
    );
    expect(readdirSync(locks)).toEqual(["a.json"]);
  });

  it.each([
    ["no JSON", "{"],
    ["an empty file", ""],
    ["JSON that is no object", "null"],
    ["no process id", JSON.stringify({ hostname: hostname(), username: "ops", timestamp: "now" })],
    ["a process id that would reach a whole group", JSON.stringify({ pid: 0, hostname: hostname() })],
    ["a process id below zero", JSON.stringify({ pid: -1, hostname: hostname() })],
  ])("leaves files alone that Pulumi did not write: %s", (_, text) => {
    writeFileSync(join(locks, "junk.json"), text);

    expect(remove).toThrow(
      `${join(locks, "junk.json")} is not a valid Pulumi lock. Inspect it, and remove it if nothing runs.`,
    );
    expect(existsSync(join(locks, "junk.json"))).toBe(true);
  });

  it("removes nothing if one of several locks is in use", () => {
    lock("a.json");
    lock("b.json", { pid: process.pid, timestamp: new Date().toISOString() });

    expect(remove).toThrow("has been in use");
    expect(readdirSync(locks)).toEqual(["a.json", "b.json"]);
  });

  it("checks one stack only", () => {
    const other = join(locks, "..", "dev");
    mkdirSync(other);
    writeFileSync(join(other, "a.json"), "{");

    expect(remove()).toEqual([]);
  });

  it("does nothing without locks, or if the state is not on this machine", () => {
    rmSync(locks, { recursive: true });

    expect(remove()).toEqual([]);
    expect(removeStaleLocks("s3://bucket", "rancher", "prod")).toEqual([]);
  });
});
