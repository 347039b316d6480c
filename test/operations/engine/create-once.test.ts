import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createOnce } from "../../../operations/engine/create-once.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "create-once-"));
  path = join(folder, "passphrase");
});
afterEach(() => rmSync(folder, { recursive: true }));

it("creates a file that only this user can read, and nothing beside it", () => {
  createOnce(path, () => "secret");

  expect(readFileSync(path, "utf8")).toBe("secret");
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["passphrase"]);
});

it("never overwrites a file, even if another process is quicker", () => {
  createOnce(path, () => {
    writeFileSync(path, "quicker");
    return "slower";
  });
  createOnce(path, () => "later");

  expect(readFileSync(path, "utf8")).toBe("quicker");
  expect(readdirSync(folder)).toEqual(["passphrase"]);
});

it("leaves nothing under the name if it cannot be written completely", () => {
  expect(() =>
    createOnce(path, () => {
      throw new Error("no space left on device");
    }),
  ).toThrow("no space left");

  expect(readdirSync(folder)).toEqual([]);
});

it("starts over if a killed process with the same id left a temporary file", () => {
  writeFileSync(`${path}.${process.pid}.new`, "half");

  createOnce(path, () => "whole");

  expect(readFileSync(path, "utf8")).toBe("whole");
});

it("rejects a folder with that name", () => {
  mkdirSync(`${path}.${process.pid}.new`);

  expect(() => createOnce(path, () => "secret")).toThrow();
});
