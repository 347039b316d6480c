import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { readFileSync } from "node:fs";
import { prepareEngine, type Engine } from "../operations/engine/engine.ts";
import { makeWorkFolder } from "../operations/stack/work-folder.ts";
import type { OverlaidStack } from "./high-availability/overlay.ts";
import { dieWithUs } from "./providers/protocol/private-folder.ts";

export interface EngineRunOptions {
  /** The rehearsal's own folder. */
  readonly folder: string;
  readonly stack: string;
  readonly overlaid: OverlaidStack;
  readonly pulumiHome: string;
  /** Further environment variables of the program. */
  readonly surroundings?: Readonly<Record<string, string>>;
  readonly progress: (line: string) => void;
}

/**
 * Prepares a separate Pulumi engine with state, passphrase, plugins and temporary files in the rehearsal's folder, a
 * clean environment, and the overlaid stack file with encrypted secrets.
 */
export async function prepareRehearsalEngine(options: EngineRunOptions): Promise<Engine> {
  const { folder, stack, overlaid, pulumiHome, progress } = options;
  const work = join(folder, "work");
  const temporary = join(folder, "tmp");
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  makeWorkFolder(work);
  const engine = await prepareEngine({
    home: join(folder, "engine"),
    folder: work,
    isolated: true,
    // It must not keep writing into a sandbox that is being cleared.
    launcher: dieWithUs,
    environment: {
      PULUMI_HOME: pulumiHome,
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      TMPDIR: temporary,
      // Ignore the user's SSH settings and kubeconfig.
      HOME: folder,
      KUBECONFIG: join(folder, "no-kubeconfig"),
      ...options.surroundings,
    },
    progress,
  });
  const file = join(work, `Pulumi.${stack}.yaml`);
  writeFileSync(file, stringify({ config: namespaced(overlaid.values) }), { mode: 0o600 });
  await engine.capture(["stack", "init", stack]);
  for (const [key, value] of Object.entries(overlaid.secrets)) {
    await engine.capture(["config", "set", "--secret", `rancher:${key}`, "--stack", stack], value);
  }
  return engine;
}

/** Edits the engine's stack file. */
export function editStackFile(folder: string, stack: string, edit: (values: Record<string, unknown>) => void): void {
  const file = join(folder, "work", `Pulumi.${stack}.yaml`);
  const content = parse(readFileSync(file, "utf8")) as { config: Record<string, unknown> };
  edit(content.config);
  writeFileSync(file, stringify(content), { mode: 0o600 });
}

export function madeUpPassword(): string {
  return randomBytes(18).toString("base64url");
}

function namespaced(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`rancher:${key}`, value]));
}
