import { createRequire } from "node:module";
import { Language, Parser, type Node } from "web-tree-sitter";

const grammar = createRequire(import.meta.url).resolve("tree-sitter-bash/tree-sitter-bash.wasm");

/** What a piece of shell does, as far as its syntax tells. */
export interface ShellPart {
  /** Names of commands, also of those that only a variable's value completes: `${balancer}_live`. */
  readonly commands: ReadonlySet<string>;
  /** Other words, among them names of functions that are passed on. */
  readonly words: ReadonlySet<string>;
  /** Variables that are read, except arguments. */
  readonly reads: ReadonlySet<string>;
  /** Those that are read with a default somewhere: `${plan_check-}`. */
  readonly optional: ReadonlySet<string>;
  /** Variables that are set. */
  readonly sets: ReadonlySet<string>;
}

export interface ShellSyntax {
  readonly root: Node;
  readonly functions: ReadonlyMap<string, ShellPart>;
  /** What is outside of functions. */
  readonly rest: ShellPart;
  /** Whether there are commands outside of functions. */
  readonly isMain: boolean;
}

export type ParseShell = (source: string) => ShellSyntax;

export async function shellParser(): Promise<ParseShell> {
  await Parser.init();
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return (source) => {
    const root = parser.parse(source)?.rootNode;
    if (root === undefined) throw new Error(`this cannot be parsed:\n${source}`);
    const nodes = root.namedChildren.filter((node) => node !== null);
    const functions = nodes.filter(({ type }) => type === "function_definition");
    const others = nodes.filter(({ type }) => type !== "function_definition");
    return {
      root,
      functions: new Map(functions.map((node) => [node.childForFieldName("name")?.text ?? "", partOf([node])])),
      rest: partOf(others),
      isMain: others.some(({ type }) => !["comment", "variable_assignment", "variable_assignments"].includes(type)),
    };
  };
}

function partOf(nodes: readonly Node[]): ShellPart {
  const all = (types: string | string[]) =>
    nodes.flatMap((node) => [
      ...([types].flat().includes(node.type) ? [node] : []),
      ...node.descendantsOfType(types).filter((each) => each !== null),
    ]);
  const names = (found: readonly Node[]) => new Set(found.map(({ text }) => text));
  const set = [
    ...all("variable_assignment").map((node) => node.childForFieldName("name")),
    ...all("command")
      .filter(isRead)
      .flatMap((node) => node.childrenForFieldName("argument")),
  ];
  const read = all(["simple_expansion", "expansion"]);
  const variables = (found: readonly Node[]) =>
    names(found.flatMap((node) => node.namedChildren.filter((each) => each?.type === "variable_name") as Node[]));
  return {
    commands: new Set(all("command_name").map(({ text }) => text.replaceAll('"', ""))),
    words: names(all("word").filter(({ parent }) => parent?.type !== "function_definition")),
    reads: new Set([...variables(read)].filter((name) => !/^\d+$/.test(name))),
    optional: variables(read.filter(({ text }) => /^\$\{\w+:?[-+=?]/.test(text))),
    sets: new Set([...names(set.filter((node) => node !== null)), ...nodes.flatMap(({ text }) => loopVariables(text))]),
  };
}

function isRead(command: Node): boolean {
  return command.childForFieldName("name")?.text === "read";
}

/** By their text: after several assignments in a line, the grammar takes a loop for a command. */
function loopVariables(text: string): string[] {
  return [...text.matchAll(/\bfor (\w+) (?:in|do)\b/g)].map(([, name = ""]) => name);
}
