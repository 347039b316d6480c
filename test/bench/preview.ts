import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { prepareEngine, type Engine } from "../../operations/engine/engine.ts";
import { findStackFile } from "../../operations/stack/stack-yaml.ts";
import { projectFolder } from "../../operations/stack/work-folder.ts";
import { startPhases } from "../../rehearsal/phases.ts";
import { startRehearsal } from "../../rehearsal/high-availability/rehearsal.ts";
import { compare } from "./compare.ts";

/**
 * A preview of the rehearsed prod stack with nothing to do, compared in turns with previews of programs without a
 * resource: in TypeScript as `pulumi new` creates it, and in JavaScript.
 */
export async function benchPreview(rounds: number): Promise<void> {
  const rehearsal = await startRehearsal({
    stackFile: findStackFile("prod"),
    folder: join(projectFolder, ".rehearsal"),
    phases: startPhases((line) => console.error(line)),
  });
  try {
    const { engine, stack, folder } = rehearsal;
    await engine.capture(["up", "--yes", "--skip-preview", "--stack", stack]);
    const typescript = await emptyProgram(folder, { "index.ts": source, "tsconfig.json": compilerOptions });
    const javascript = await emptyProgram(folder, {
      "index.js": 'require("@pulumi/pulumi");\nexports.nothing = true;\n',
    });
    const preview = (empty: Engine) => empty.capture(["preview", "--stack", "empty"]);
    await compare("preview with nothing to do", rounds, {
      "an empty program in TypeScript": () => preview(typescript),
      "an empty program in JavaScript": () => preview(javascript),
      "the prod stack": () => engine.capture(["preview", "--stack", stack, "--expect-no-changes"]),
    });
  } finally {
    await rehearsal.close();
  }
}

const source = 'import * as pulumi from "@pulumi/pulumi";\nexport const nothing = pulumi.getStack() === "";\n';
const compilerOptions = JSON.stringify({
  compilerOptions: { strict: true, target: "es2020", module: "commonjs", moduleResolution: "node", sourceMap: true },
  files: ["index.ts"],
});

/** An empty program with the same engine and SDK. */
async function emptyProgram(folder: string, files: Readonly<Record<string, string>>): Promise<Engine> {
  const work = mkdtempSync(join(folder, "empty-"));
  const [main = ""] = Object.keys(files);
  const project = stringify({ name: "empty", runtime: "nodejs" });
  const all = { ...files, "Pulumi.yaml": project, "package.json": JSON.stringify({ name: "empty", main }) };
  for (const [name, text] of Object.entries(all)) writeFileSync(join(work, name), text);
  const engine = await prepareEngine({ home: join(work, "home"), folder: work, isolated: true });
  await engine.capture(["stack", "init", "empty"]);
  await engine.capture(["up", "--yes", "--stack", "empty"]);
  return engine;
}
