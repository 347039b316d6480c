import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { prepareEngine, type Engine } from "../../operations/engine.ts";
import { findStackFile } from "../../operations/stack-yaml.ts";
import { projectFolder } from "../../operations/work-folder.ts";
import { startPhases } from "../../rehearsal/phases.ts";
import { startRehearsal } from "../../rehearsal/rehearsal.ts";
import { compare } from "./compare.ts";

/**
 * A preview of the rehearsed prod stack with nothing to do, beside a preview of a program that does nothing, in turns:
 * what the program, its checks, the look at the cluster and the providers cost on top of the engine itself.
 */
export async function benchPreview(rounds: number): Promise<void> {
  const rehearsal = await startRehearsal({
    stackFile: findStackFile("prod"),
    folder: join(projectFolder, ".rehearsal"),
    phases: startPhases((line) => console.error(line)),
  });
  try {
    const { engine, stack } = rehearsal;
    await engine.capture(["up", "--yes", "--skip-preview", "--stack", stack]);
    const empty = await emptyProgram(rehearsal.folder);
    await compare("preview with nothing to do", rounds, {
      "an empty program": () => empty.capture(["preview", "--stack", "empty"]),
      "the prod stack": () => engine.capture(["preview", "--stack", stack, "--expect-no-changes"]),
    });
  } finally {
    await rehearsal.close();
  }
}

/** The same engine, runtime and loader, and a program without a resource. */
async function emptyProgram(folder: string): Promise<Engine> {
  const work = mkdtempSync(join(folder, "empty-"));
  writeFileSync(join(work, "index.ts"), 'import "@pulumi/pulumi";\nexport const nothing = true;\n');
  const options = { typescript: false, nodeargs: `--import ${import.meta.resolve("tsx")}` };
  const project = { name: "empty", runtime: { name: "nodejs", options }, main: "index.ts" };
  writeFileSync(join(work, "Pulumi.yaml"), stringify(project));
  writeFileSync(join(work, "package.json"), JSON.stringify({ type: "module" }));
  const engine = await prepareEngine({ home: join(work, "home"), folder: work, isolated: true });
  await engine.capture(["stack", "init", "empty"]);
  await engine.capture(["up", "--yes", "--stack", "empty"]);
  return engine;
}
