import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Language, Parser, type Node } from "web-tree-sitter";
import { shellFiles, type ShellFile } from "../../components/host/shell-files.ts";

const grammar = createRequire(import.meta.url).resolve("tree-sitter-bash/tree-sitter-bash.wasm");

/** What the grammar finds in a shell file. */
interface Parsed extends ShellFile {
  readonly path: string;
  readonly source: string;
  /** Names of commands, also of those that only a variable's value completes: `${balancer}_live`. */
  readonly commands: ReadonlySet<string>;
  /** Commands outside of functions. */
  readonly isMain: boolean;
  /** Other words, among them names of functions that are passed on. */
  readonly words: ReadonlySet<string>;
  readonly root: Node;
}

const files: Parsed[] = [];
/** Ends of functions' names that are called through a variable. */
const ends: string[] = [];
beforeAll(async () => {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  for (const [path, file] of shellFiles()) {
    const source = readFileSync(join("components", path), "utf8");
    const root = parser.parse(source)?.rootNode;
    if (root === undefined) throw new Error(`${path} cannot be parsed`);
    const commands = new Set(
      root.descendantsOfType("command_name").map((node) => node?.text.replaceAll('"', "") ?? ""),
    );
    const isMain = root.namedChildren.some((node) => node !== null && !passive.has(node.type));
    const words = new Set(
      root
        .descendantsOfType("word")
        .filter((node) => node?.parent?.type !== "function_definition")
        .map((node) => node?.text ?? ""),
    );
    files.push({ ...file, path, source, commands, isMain, words, root });
    ends.push(...[...commands].flatMap((name) => /^\$\{?\w+\}?(_\w+)$/.exec(name)?.[1] ?? []));
  }
});

const passive = new Set(["comment", "function_definition", "variable_assignment", "variable_assignments"]);

/** Whether a file calls a function, or passes it to another one by name. */
function calls({ commands, words }: Parsed, name: string): boolean {
  return commands.has(name) || words.has(name);
}

/** Whether a file chooses a function that others call through a variable: `balancer=nginx` for `"${balancer}_live"`. */
function isChosenBy({ words }: Parsed, name: string): boolean {
  return ends.some((end) => name.endsWith(end) && words.has(name.slice(0, -end.length)));
}

describe("the shell files", () => {
  it("are many, and parse", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter(({ root }) => root.hasError).map(({ path }) => path)).toEqual([]);
  });

  it("begin with what they do", () => {
    expect(files.filter(({ source }) => !source.startsWith("# ")).map(({ path }) => path)).toEqual([]);
  });

  it("define each function once", () => {
    const all = files.flatMap(({ functions }) => functions);

    expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
  });

  it("name every function of another file that they call", () => {
    const defined = new Set(files.flatMap(({ functions }) => functions));
    const missing = files.flatMap(({ path, commands, functions, needs }) =>
      [...commands]
        .filter((name) => defined.has(name) && !functions.includes(name) && !needs.includes(name))
        .map((name) => `${path}: ${name}`),
    );

    expect(missing).toEqual([]);
  });

  it("name no function that they do not call", () => {
    const unused = files.flatMap((file) =>
      file.needs
        .filter((name) => !calls(file, name) && !isChosenBy(file, name) && !laterNeeds(file).includes(name))
        .map((name) => `${file.path}: ${name}`),
    );

    expect(unused).toEqual([]);
  });

  it("define no function that nothing calls", () => {
    const unused = files.flatMap((file) =>
      file.functions
        .filter((name) => !files.some((other) => calls(other, name) || isChosenBy(other, name)))
        .map((name) => `${file.path}: ${name}`),
    );

    expect(unused).toEqual([]);
  });

  it("are needed only if they have nothing but functions and constants", () => {
    const mains = new Set(files.filter(({ isMain }) => isMain).flatMap(({ functions }) => functions));

    expect(files.flatMap(({ needs }) => needs).filter((name) => mains.has(name))).toEqual([]);
  });

  // The linker leaves out lines that begin with this character.
  it("have no comment in a text of several lines", () => {
    const found = files
      .filter(({ isMain }) => !isMain)
      .flatMap(({ path, root }) =>
        root
          .descendantsOfType(["heredoc_body", "string", "raw_string"])
          .filter((node) => /\n *#/.test(node?.text ?? ""))
          .map((node) => `${path}: ${node?.text.slice(0, 40)}`),
      );

    expect(found).toEqual([]);
  });
});

/** Functions for texts that are run later, and that another release of the program wrote. */
function laterNeeds({ source }: Parsed): string[] {
  return [...source.matchAll(/^# needs for [^:]*: (.*)$/gm)].flatMap(([, names = ""]) => names.split(" "));
}
