import { chmodSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";

import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { findRancherBinary } from "../../../rehearsal/genuine-rancher/binary.ts";
import { makeExecutable } from "../support/fake-rancher.ts";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "rancher-binary-")));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it("asks the binary for its version and finds it again from another folder", async () => {
  const file = makeExecutable(folder, 'echo "rancher version v2.15.2-rc5 (0a1b2c3d4)"');
  symlinkSync(file, join(folder, "link"));

  const found = await findRancherBinary(relative(process.cwd(), join(folder, "link")));

  expect(found).toEqual({ path: file, version: "v2.15.2-rc5" });
});

it.each([
  ["prints no version", 'echo "rancher version dev (HEAD)"'],
  ["fails", "echo v2.15.2; exit 3"],
])("accepts a binary that %s, without a version", async (_, script) => {
  const file = makeExecutable(folder, script);

  expect(await findRancherBinary(file)).toEqual({ path: file });
});

it("passes nothing of the environment to the binary", async () => {
  vi.stubEnv("REHEARSAL_CANARY", "v9.9.9");
  const file = makeExecutable(folder, 'echo "canary $REHEARSAL_CANARY, dev mode $CATTLE_DEV_MODE, v1.2.3"');

  expect(await findRancherBinary(file)).toEqual({ path: file, version: "v1.2.3" });
});

it("reports what is wrong with a path, and the remedy", async () => {
  const remedy = "Give the path of a Rancher server's executable for this machine.";
  const text = join(folder, "text");
  writeFileSync(text, "no program");
  await expect(findRancherBinary(join(folder, "no"))).rejects.toThrow(
    `--rancher ${folder}/no: there is no such file. ${remedy}`,
  );
  await expect(findRancherBinary(folder)).rejects.toThrow(`--rancher ${folder}: this is not a file. ${remedy}`);
  await expect(findRancherBinary(text)).rejects.toThrow(`--rancher ${text}: the file is not executable. ${remedy}`);

  const foreign = join(folder, "foreign");
  writeFileSync(foreign, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0]));
  chmodSync(foreign, 0o755);
  await expect(findRancherBinary(foreign)).rejects.toThrow(
    `--rancher ${foreign}: this machine cannot execute it (127). ${remedy}`,
  );
});
