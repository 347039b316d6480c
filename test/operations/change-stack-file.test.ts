import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { changeStackFile } from "../../operations/change-stack-file.ts";
import { readSingleNode, type SingleNodeStack } from "../../operations/single-node-stack.ts";
import { projectFolder } from "../../operations/work-folder.ts";

let folder: string;
let kept: string;
let link: string;
let stack: SingleNodeStack;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "change-stack-file-"));
  [kept, link] = [join(folder, "kept.yaml"), join(folder, "Pulumi.dev.yaml")];
  copyFileSync(join(projectFolder, "Pulumi.dev.yaml"), kept);
  chmodSync(kept, 0o664);
  symlinkSync(kept, link);
  stack = readSingleNode({ stack: "dev", path: link });
});
afterEach(() => rmSync(folder, { recursive: true }));

const files = () => readdirSync(folder).sort();

it("changes the file a link leads to, which keeps its mode, and leaves nothing beside it", () => {
  const lines = changeStackFile(stack, [{ path: ["docker", "memory"], value: "8g" }], { write: true });

  expect(lines.join("\n")).toContain("8g");
  expect(readFileSync(kept, "utf8")).toContain("8g");
  expect([lstatSync(link).isSymbolicLink(), statSync(kept).mode & 0o777]).toEqual([true, 0o664]);
  expect(files()).toEqual(["Pulumi.dev.yaml", "kept.yaml"]);
});

it("only tells", () => {
  const before = readFileSync(kept, "utf8");

  expect(changeStackFile(stack, [{ path: ["version"], value: "2.15.3" }], { write: false })).not.toEqual([]);

  expect(readFileSync(kept, "utf8")).toBe(before);
  expect(files()).toEqual(["Pulumi.dev.yaml", "kept.yaml"]);
});

it("puts back what would be wrong, and says what", () => {
  const before = readFileSync(kept, "utf8");

  expect(() => changeStackFile(stack, [{ path: ["version"], value: "next" }], { write: true })).toThrow(
    /stays as it is, as it would be wrong then:[^]*rancher:version/,
  );

  expect(readFileSync(kept, "utf8")).toBe(before);
  expect(files()).toEqual(["Pulumi.dev.yaml", "kept.yaml"]);
});
