import pc from "picocolors";
import { readSettings } from "../../components/stack-file/stack-file.ts";
import { configReport } from "../report/config-report.ts";
import { findStackFile, readStackYaml } from "../stack/stack-yaml.ts";
import { print, printError } from "../terminal.ts";
import { shownPath } from "../stack/shown-path.ts";

export async function run({ stack }: { stack: string }): Promise<number> {
  const { path } = findStackFile(stack);
  const source = readStackYaml(path, new Date());
  const { text, wrong } = configReport(shownPath(path), source, readSettings(source), pc);
  (wrong ? printError : print)(text);
  return wrong ? 1 : 0;
}
