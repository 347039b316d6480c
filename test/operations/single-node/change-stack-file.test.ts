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
import { UserError } from "../../../operations/user-error.ts";
import { changeStackFile } from "../../../operations/single-node/change-stack-file.ts";
import { readSingleNode, type SingleNodeStack } from "../../../operations/single-node/single-node-stack.ts";
import { projectFolder } from "../../../operations/stack/work-folder.ts";
import { shownPath } from "../../../operations/stack/shown-path.ts";

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

it("changes the target of a link, which keeps its mode, and leaves nothing beside it", () => {
  const lines = changeStackFile(stack, [{ path: ["docker", "memory"], value: "8g" }], { write: true });

  expect(lines.join("\n")).toContain("8g");
  expect(readFileSync(kept, "utf8")).toContain("8g");
  expect([lstatSync(link).isSymbolicLink(), statSync(kept).mode & 0o777]).toEqual([true, 0o664]);
  expect(files()).toEqual(["Pulumi.dev.yaml", "kept.yaml"]);
});

it("only reports the changes in a dry run", () => {
  const before = readFileSync(kept, "utf8");

  expect(changeStackFile(stack, [{ path: ["version"], value: "2.15.3" }], { write: false })).not.toEqual([]);

  expect(readFileSync(kept, "utf8")).toBe(before);
  expect(files()).toEqual(["Pulumi.dev.yaml", "kept.yaml"]);
});

it("reverts a change that would make the file wrong, and reports the problem", () => {
  const before = readFileSync(kept, "utf8");

  expect(() => changeStackFile(stack, [{ path: ["version"], value: "next" }], { write: true })).toThrow(
    /was not changed, because the result would be invalid:[^]*rancher:version/,
  );

  expect(readFileSync(kept, "utf8")).toBe(before);
  expect(files()).toEqual(["Pulumi.dev.yaml", "kept.yaml"]);
});

it("refuses a stack file in the clone that is a link out of it, and writes nothing", () => {
  const inside = mkdtempSync(join(projectFolder, "node_modules", ".change-stack-file-"));
  try {
    const path = join(inside, "Pulumi.dev.yaml");
    symlinkSync(kept, path);
    const before = readFileSync(kept, "utf8");

    const linked = { ...stack, stackFile: { stack: "dev", path } };
    for (const write of [false, true])
      expect(() => changeStackFile(linked, [{ path: ["docker", "memory"], value: "8g" }], { write })).toThrow(
        new UserError(`${shownPath(path)} is a link that leads out of the clone. Give the path of its target.`),
      );
    expect(readFileSync(kept, "utf8")).toBe(before);
  } finally {
    rmSync(inside, { recursive: true });
  }
});

it("refuses to read a stack file that is not a regular file", () => {
  expect(() =>
    changeStackFile({ ...stack, stackFile: { stack: "dev", path: "/dev/null" } }, [], { write: false }),
  ).toThrow("/dev/null is not a regular file");
});
