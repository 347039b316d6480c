import { relative } from "node:path";
import pc from "picocolors";
import { readSettings } from "../../components/stack-file.ts";
import { configReport } from "../config-report.ts";
import { findStackFile, readStackYaml } from "../stack-yaml.ts";

export async function run({ stack }: { stack: string }): Promise<number> {
  const { path } = findStackFile(stack);
  const source = readStackYaml(path, new Date());
  const { text, wrong } = configReport(relative(process.cwd(), path), source, readSettings(source), pc);
  (wrong ? console.error : console.log)(text);
  return wrong ? 1 : 0;
}
