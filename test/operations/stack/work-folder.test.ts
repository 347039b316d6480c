import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { makeWorkFolder, projectFolder, stateFolder, workFolder } from "../../../operations/stack/work-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rancher-work-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("makeWorkFolder", () => {
  it("creates a private folder whose Pulumi.yaml points to this program", () => {
    const made = join(folder, "a", "b");

    makeWorkFolder(made);

    const project = parse(readFileSync(join(made, "Pulumi.yaml"), "utf8")) as Record<string, unknown>;
    const own = parse(readFileSync(join(projectFolder, "Pulumi.yaml"), "utf8")) as Record<string, unknown>;
    const loader = pathToFileURL(join(projectFolder, "tools", "defer-serializer.mjs")).href;
    const runtime = { name: "nodejs", options: { typescript: false, nodeargs: `--import ${loader}` } };
    expect(project).toEqual({ ...own, runtime, main: join(projectFolder, "bin", "program.mjs") });
    expect(statSync(made).mode & 0o777).toBe(0o700);
  });
});

describe("workFolder", () => {
  const stack = `test-${process.pid}`;
  const elsewhere = join(stateFolder, "elsewhere", stack);
  afterEach(() => rmSync(elsewhere, { recursive: true, force: true }));

  it("is the clone for a stack file in it", () => {
    expect(workFolder({ stack: "prod", path: join(projectFolder, "Pulumi.prod.yaml") })).toBe(projectFolder);
    expect(workFolder({ stack: "prod", path: "Pulumi.prod.yaml" })).toBe(projectFolder);
  });

  it("is a folder with a link for a stack file elsewhere, and is updated when the file moves", () => {
    const [first = "", second = ""] = ["one.yaml", "two.yaml"].map((name) => join(folder, name));
    for (const path of [first, second]) writeFileSync(path, `config: {}\n`);
    const link = join(elsewhere, `Pulumi.${stack}.yaml`);

    expect(workFolder({ stack, path: first })).toBe(elsewhere);
    expect(readlinkSync(link)).toBe(first);

    rmSync(first);
    expect(workFolder({ stack, path: second })).toBe(elsewhere);
    expect(readlinkSync(link)).toBe(second);
  });
});
