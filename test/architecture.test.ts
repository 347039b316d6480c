import { execFileSync } from "node:child_process";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { sourceFiles, type SourceFile } from "./support/source-files.ts";

const components = sourceFiles("components");
const program = [...sourceFiles("index.ts"), ...components];

/**
 * Registers resources, reads the engine's configuration or ends its run. Every other module renders a text or decides
 * something.
 */
const isBlock = ({ path, text }: SourceFile) =>
  /extends pulumi\.ComponentResource|new ((\w+\.)?Provider|pulumi\.StackReference|RandomPassword)\(/.test(text) ||
  /\bmachine\.run\(/.test(text) ||
  ["components/program/stack-input.ts", "components/program/refusal.ts"].includes(path);

/** A recipe assembles blocks. */
const isRecipe = ({ path }: SourceFile) => path.startsWith("components/recipes/");

const blocks = components.filter(isBlock);
const pure = components.filter((file) => !isBlock(file));
const listed = (files: readonly SourceFile[], offending: (file: SourceFile) => readonly string[]) =>
  files.flatMap((file) => offending(file).map((what) => `${file.path}: ${what}`));

describe("the program", () => {
  it("is split as this test assumes", () => {
    expect(blocks.length).toBeGreaterThanOrEqual(10);
    expect(pure.length).toBeGreaterThan(blocks.length);
    expect(blocks.map(({ path }) => path)).toContain("components/host/host-script.ts");
    expect(pure.map(({ path }) => path)).toContain("components/load-balancer/nginx/config/nginx-config.ts");
  });

  // Types are erased, so a pure module may name the outputs it passes on.
  it("renders and decides in modules that do not import Pulumi", () => {
    const offending = listed(pure, ({ imports }) =>
      imports.filter(({ target, typeOnly }) => target.startsWith("@pulumi/") && !typeOnly).map(({ target }) => target),
    );

    expect(offending).toEqual([]);
  });

  it("does not import operations, the rehearsal, tools or tests", () => {
    const offending = listed(program, ({ imports }) =>
      imports.map(({ target }) => target).filter((target) => /^(operations|rehearsal|tools|test)\//.test(target)),
    );

    expect(offending).toEqual([]);
  });

  it("does not mention the rehearsal or its fakes", () => {
    const offending = listed(program, ({ text }) => text.match(/rehears\w*|fake/gi) ?? []);

    expect(offending).toEqual([]);
  });

  it("depends downwards only, types included: index, recipes, blocks, artefacts", () => {
    const level = (path: string): number => {
      if (path === "index.ts") return 0;
      const file = components.find((each) => each.path === path);
      if (file === undefined) throw new Error(`${path} is not a module of the program`);
      if (isRecipe(file)) return 1;
      return isBlock(file) ? 2 : 3;
    };

    const offending = listed(program, ({ path, imports }) =>
      imports.filter(({ target }) => target.endsWith(".ts") && level(target) < level(path)).map(({ target }) => target),
    );

    expect(offending).toEqual([]);
  });

  it("has no import cycles, types included", () => {
    const byPath = new Map(program.map((file) => [file.path, file]));
    const cycles: string[] = [];
    const visited = new Set<string>();
    const visit = (path: string, before: readonly string[]): void => {
      if (before.includes(path)) cycles.push([...before.slice(before.indexOf(path)), path].join(" -> "));
      if (visited.has(path)) return;
      visited.add(path);
      const imports = byPath.get(path)?.imports ?? [];
      for (const { target } of imports) visit(target, [...before, path]);
    };
    visit("index.ts", []);

    expect(cycles).toEqual([]);
  });

  it("reads configuration and environment in one file", () => {
    const reading = program.filter(({ text }) => /process\.env|new pulumi\.Config|\ballConfig\b/.test(text));

    // The other file passes the environment to a credential plugin without reading it.
    expect(reading.map(({ path }) => path).sort()).toEqual([
      "components/cluster/existing/kubeconfig.ts",
      "components/program/stack-input.ts",
    ]);
  });

  it("creates commands in one file, each provider in one file, and never a Chart", () => {
    const having = (pattern: RegExp) => program.filter(({ text }) => pattern.test(text)).map(({ path }) => path);

    expect(having(/new (Remote|Local)?Command\(/)).toEqual(["components/host/host-script.ts"]);
    expect(having(/new (\w+\.)?Provider\(/)).toEqual([
      "components/cluster/kubernetes-provider.ts",
      "components/docker/engine/docker-provider.ts",
      "components/docker/rancher/image-digest.ts",
    ]);
    expect(having(/new (\w+\.)*Chart\(/)).toEqual([]);
  });

  it("gives every component the token of its folder and class, and passes no inputs to super", () => {
    const classes = components.filter(({ text }) => /extends pulumi\.ComponentResource/.test(text));

    const offending = listed(classes, ({ path, text }) => {
      const name = /export class (\w+) extends/.exec(text)?.[1] ?? "";
      const folder = path.split("/")[1];
      // Only the cluster's identity has to be in the state before any child is.
      const inputs = name === "HighAvailability" ? "{ clusterUid: args.cluster.uid }" : "{}";
      const expected = `super("rancher:${folder}:${name}", name, ${inputs}, `;
      return text.includes(`${expected}opts);`) || text.includes(`${expected}pulumi.mergeOptions(opts, previousType));`)
        ? []
        : [`class ${name}`];
    });

    expect(offending).toEqual([]);
  });

  it("has folders of at most 20 files, apart from data of tests", () => {
    const files = execFileSync("git", ["ls-files"], { encoding: "utf8" }).split("\n");
    const folders = files.map((path) => dirname(path)).filter((folder) => !folder.startsWith("test/stack-files"));
    const count = (folder: string) => folders.filter((each) => each === folder).length;

    expect([...new Set(folders)].filter((folder) => count(folder) > 20)).toEqual([]);
  });

  it("has commands that only confirm and print", () => {
    const data = ["operations/commands/table.ts", "operations/commands/command.ts"];
    const commands = sourceFiles("operations/commands").filter(({ path }) => !data.includes(path));

    expect(commands.length).toBeGreaterThan(10);
    const code = (text: string) => text.split("\n").filter((line) => line !== "" && !line.startsWith("import "));
    expect(commands.filter(({ text }) => code(text).length > 40).map(({ path }) => path)).toEqual([]);
  });

  it("names files after what they make, one idea each", () => {
    const all = [...program, ...sourceFiles("operations")];

    expect(all.filter(({ path }) => /utils|helpers|common|misc/.test(path)).map(({ path }) => path)).toEqual([]);
    expect(all.filter(({ text }) => text.split("\n").length > 250).map(({ path }) => path)).toEqual([]);
  });
});
