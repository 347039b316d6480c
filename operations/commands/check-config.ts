import { relative } from "node:path";
import pc from "picocolors";
import { printable } from "../../components/printable.ts";
import { readSettings } from "../../components/stack-file.ts";
import { configReport } from "../config-report.ts";
import { findStackFile, readStackYaml } from "../stack-yaml.ts";
import { print, printError } from "../terminal.ts";

export async function run({ stack }: { stack: string }): Promise<number> {
  const { path } = findStackFile(stack);
  const source = readStackYaml(path, new Date());
  const { text, wrong } = configReport(printable(relative(process.cwd(), path)), source, readSettings(source), pc);
  (wrong ? printError : print)(text);
  return wrong ? 1 : 0;
}
