import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import pc from "picocolors";
import { describeProblems } from "../../components/program/problem.ts";
import { readSettings } from "../../components/stack-file/stack-file.ts";
import { UserError } from "../user-error.ts";
import { renderedStack } from "../report/rendered-stack.ts";
import { findStackFile, readStackYaml } from "../stack/stack-yaml.ts";
import { printError } from "../terminal.ts";

export async function run({ stack: name, out }: { stack: string; out: string }): Promise<number> {
  const { stack, path } = findStackFile(name);
  const source = readStackYaml(path, new Date());
  const read = readSettings(source);
  for (const warning of read.warnings) printError(pc.yellow(describeProblems([warning])));
  if ("problems" in read) throw new UserError(describeProblems(read.problems));

  for (const [name, text] of await renderedStack(stack, read.settings, source.sealed ?? [])) {
    const file = resolve(out, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(join(out, name));
  }
  return 0;
}
