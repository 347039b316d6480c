import { shellFiles, parseShellFile } from "../../../components/host/shell/shell-files.ts";
import { link, type ShellScript, type ShellValues } from "../../../components/host/shell/link.ts";

/** A script from text in a test, which gets every function of the program that is named in it. */
export function shell(text: string, values: ShellValues = {}): ShellScript {
  const words = new Set(text.match(/\w+/g));
  const own = parseShellFile(text);
  const needs = [...shellFiles().values()].flatMap(({ functions }) => functions).filter((name) => words.has(name));
  return { main: { ...own, needs: needs.filter((name) => !own.functions.includes(name)) }, values };
}

/** A script whose text is changed, such as a path that it looks at. */
export function edited(script: ShellScript, edit: (text: string) => string): ShellScript {
  return { main: { needs: [], functions: [], text: edit(link(script)) } };
}
