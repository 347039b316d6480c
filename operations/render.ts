import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import pc from "picocolors";
import { describeProblems } from "../components/problem.ts";
import { readSettings } from "../components/stack-file.ts";
import { readArguments, runCommand, UserError } from "./command-line.ts";
import { renderedStack } from "./rendered-stack.ts";
import { findStackFile, readStackYaml } from "./stack-yaml.ts";

const usage = `npm run render -- <stack> --out DIR

Writes every artefact the stack would place: scripts of each host, the balancer's configuration, chart values, objects.
Needs no engine, no host and no network; secrets are shown as [secret], and the cluster is taken as empty.`;

await runCommand(async () => {
  const { positionals, values } = readArguments(usage, { out: { type: "string" } }, 1);
  if (values.out === undefined) throw new UserError(`where to? Give --out DIR\nusage: ${usage}`);
  const { stack, path } = findStackFile(positionals[0] ?? "");
  const source = readStackYaml(path, new Date());
  const read = readSettings(source);
  for (const warning of read.warnings) console.error(pc.yellow(describeProblems([warning])));
  if ("problems" in read) throw new UserError(describeProblems(read.problems));

  for (const [name, text] of await renderedStack(stack, read.settings, source.sealed ?? [])) {
    const file = resolve(values.out, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    console.log(join(values.out, name));
  }
  return 0;
});
