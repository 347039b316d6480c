import { relative } from "node:path";
import pc from "picocolors";
import { readSettings } from "../components/stack-file.ts";
import { readArguments, runCommand } from "./command-line.ts";
import { configReport } from "./config-report.ts";
import { findStackFile, readStackYaml } from "./stack-yaml.ts";

const usage = `npm run check-config -- <stack>

Reads a stack file and names everything that is wrong with it. <stack> is a stack's name or the path of a stack file.
Nothing is contacted, and no secret is decrypted.`;

await runCommand(async () => {
  const [stack = ""] = readArguments(usage, {}, 1).positionals;
  const { path } = findStackFile(stack);
  const source = readStackYaml(path, new Date());
  const { text, wrong } = configReport(relative(process.cwd(), path), source, readSettings(source), pc);
  (wrong ? console.error : console.log)(text);
  return wrong ? 1 : 0;
});
