import { createHash } from "node:crypto";
import { hereDocument, quote } from "./shell.ts";
import { shellFiles, type ShellFile } from "./shell-files.ts";

/** What runs on a host, before its functions are added. */
export interface ShellScript {
  /** The commands. */
  readonly main: ShellFile;
  /** Variables that the commands and their functions read. */
  readonly values?: ShellValues;
}

export type ShellValues = Readonly<Record<string, ShellValue>>;

/**
 * `undefined` becomes an empty text, a boolean `yes` or `no`, and a list words separated by blanks. A script becomes
 * its text, for a script that the host runs later, such as an undo step.
 */
export type ShellValue = string | number | boolean | undefined | readonly (string | number)[] | ShellScript;

/**
 * Where a script finds its functions: in its own text, or in the library that the host's base script has placed there.
 * In the second case a script among its values, which runs later, names its library by `libraryPlaceholder`: the host
 * replaces that with the path of its current library.
 */
export type Functions = "inline" | "library";

/** Stands for the path of a library, until `pinned.sh` replaces it. */
export const libraryPlaceholder = "@@library@@";

/**
 * The text of a script: its functions, its values, then its commands. Functions come without their comments.
 *
 * @throws if a file needs a function that none or several define, or if a value has no valid name
 */
export function link({ main, values = {} }: ShellScript, functions: Functions = "inline"): string {
  const definitions = functions === "inline" ? inlined(main) : `. "${libraryPlaceholder}"`;
  return textOf(definitions, values, main, functions);
}

/** The text of a script that uses the current library of its host; reads `$state`. */
export function linkToLibrary({ main, values = {} }: ShellScript): string {
  return textOf(useLibrary, values, main, "library");
}

const useLibrary = `[ -r "$state/library.sh" ] || { echo "this machine has no $state/library.sh, which its base script places. Run npm run up for the whole stack" >&2; exit 10; }
. "$state/library.sh"`;

/** Values come after the functions, so that a value wins over a constant of the same name in a function's file. */
function textOf(definitions: string, values: ShellValues, main: ShellFile, functions: Functions): string {
  const parts = [definitions, assignments(values, functions), main.text];
  return `${parts.filter((part) => part !== "").join("\n")}\n`;
}

/** The functions of these names and everything they need, as shell text. */
export function shellFunctions(...names: readonly string[]): string {
  return link({ main: { needs: names, functions: [], text: "" } });
}

interface ShellLibrary {
  readonly text: string;
  /** Of the text. */
  readonly digest: string;
}

let library: ShellLibrary | undefined;

/** Every function that a script may need. */
export function shellLibrary(): ShellLibrary {
  if (library !== undefined) return library;
  const needed = [...shellFiles().values()].flatMap(({ needs }) => needs);
  const text = shellFunctions(...new Set(needed));
  return (library = { text, digest: createHash("sha256").update(text).digest("hex").slice(0, 16) });
}

/** Commands of several files, one after the other. */
export function joined(...files: readonly ShellFile[]): ShellFile {
  return {
    needs: files.flatMap(({ needs }) => needs),
    functions: files.flatMap(({ functions }) => functions),
    text: files.map(({ text }) => text).join("\n"),
  };
}

/** Lines that assign the values. A text of several lines is a here-document, which a preview compares line by line. */
export function assignments(values: ShellValues, functions: Functions = "inline"): string {
  return Object.entries(values)
    .map(([name, value]) => {
      if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error(`${name} cannot be the name of a shell variable`);
      const text = valueText(value, functions);
      // Braces: the shell of macOS cannot parse a here-document inside a command substitution.
      return text.includes("\n")
        ? `{ ${name}=$(cat); } ${hereDocument(text.endsWith("\n") ? text : `${text}\n`, name.toUpperCase())}`
        : `${name}=${quote(text)}`;
    })
    .join("\n");
}

function valueText(value: ShellValue, functions: Functions): string {
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value !== "object") return String(value ?? "");
  return "main" in value ? link(value, functions) : value.join(" ");
}

/** The files with the needed functions, each after the files that it needs itself, unless they need each other. */
function inlined(main: ShellFile): string {
  const byName = definitions();
  const found: ShellFile[] = [];
  const visited = new Set<ShellFile>();
  const visit = ({ needs }: ShellFile) => {
    for (const name of needs) {
      const file = byName.get(name);
      if (file === undefined) throw new Error(`no shell file defines ${name}`);
      if (visited.has(file)) continue;
      visited.add(file);
      visit(file);
      found.push(file);
    }
  };
  visit(main);
  return found.map(withoutComments).join("\n");
}

let defined: ReadonlyMap<string, ShellFile> | undefined;

/** The file that defines each function. @throws if several files define one */
function definitions(): ReadonlyMap<string, ShellFile> {
  if (defined !== undefined) return defined;
  const byName = new Map<string, ShellFile>();
  for (const [path, file] of shellFiles()) {
    for (const name of file.functions) {
      if (byName.has(name)) throw new Error(`components/${path} defines ${name}, which another shell file defines too`);
      byName.set(name, file);
    }
  }
  return (defined = byName);
}

function withoutComments({ text }: ShellFile): string {
  return text.replaceAll(/^ *#.*\n/gm, "").replaceAll(/\n\n(?=\w)/g, "\n");
}
