import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

/** A POSIX shell file of this program, without its head: the comment at its start. */
export interface ShellFile {
  /** Functions of other files that it calls: the words after `# needs:` and `# needs for WHAT:` in its head. */
  readonly needs: readonly string[];
  /** Functions it defines. */
  readonly functions: readonly string[];
  readonly text: string;
}

const components = join(import.meta.dirname, "../..");

let files: ReadonlyMap<string, ShellFile> | undefined;

/** Every shell file, by its path below `components/`: `load-balancer/nginx/package/nginx.sh`. */
export function shellFiles(): ReadonlyMap<string, ShellFile> {
  files ??= new Map(
    readdirSync(components, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".sh"))
      .sort()
      .map((path) => [path.replaceAll(sep, "/"), parseShellFile(readFileSync(join(components, path), "utf8"))]),
  );
  return files;
}

/** @throws if there is no such file */
export function shellFile(path: string): ShellFile {
  const file = shellFiles().get(path);
  if (file === undefined) throw new Error(`there is no shell file components/${path}`);
  return file;
}

/** Separates the head of a shell file from its text. */
export function parseShellFile(source: string): ShellFile {
  const head = /^(?:#.*\n)*/.exec(source)?.[0] ?? "";
  const needs = [...head.matchAll(/^# needs(?: for [^:]*)?: (.*)$/gm)].flatMap(([, names = ""]) => names.split(" "));
  const text = source.slice(head.length).trim();
  const functions = [...text.matchAll(/^(\w+)\(\)/gm)].map(([, name = ""]) => name);
  return { needs, functions, text };
}
