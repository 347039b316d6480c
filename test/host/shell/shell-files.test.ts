import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { shellFiles, type ShellFile } from "../../../components/host/shell/shell-files.ts";
import { shellParser, type ShellSyntax } from "../support/shell-syntax.ts";

/** A shell file, and what its syntax tells. */
interface Parsed extends ShellFile, Omit<ShellSyntax, "functions"> {
  readonly path: string;
  readonly source: string;
  readonly commands: ReadonlySet<string>;
  readonly words: ReadonlySet<string>;
}

const files: Parsed[] = [];
/** Ends of functions' names that are called through a variable. */
const ends: string[] = [];
beforeAll(async () => {
  const parse = await shellParser();
  for (const [path, file] of shellFiles()) {
    const source = readFileSync(join("components", path), "utf8");
    const syntax = parse(source);
    const parts = [syntax.rest, ...syntax.functions.values()];
    const commands = new Set(parts.flatMap((part) => [...part.commands]));
    const words = new Set(parts.flatMap((part) => [...part.words]));
    files.push({ ...syntax, ...file, path, source, commands, words });
    ends.push(...[...commands].flatMap((name) => /^\$\{?\w+\}?(_\w+)$/.exec(name)?.[1] ?? []));
  }
});

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
