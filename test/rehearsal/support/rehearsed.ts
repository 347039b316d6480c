import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { editStackFile } from "../../../rehearsal/engine-run.ts";
import { startPhases } from "../../../rehearsal/phases.ts";
import { startRehearsal, type Rehearsal, type RehearsalOptions } from "../../../rehearsal/rehearsal.ts";
import type { Host } from "../../../rehearsal/world/host.ts";

/** Worlds need it: network namespaces and mounts. */
export const isRoot = process.platform === "linux" && process.getuid?.() === 0;

/** What one run of Pulumi said, in the order it came, without colours. */
export interface PulumiRun {
  readonly code: number;
  readonly lines: readonly string[];
  /** The lines as one text. */
  readonly text: string;
}

/** A rehearsal for tests: the engine is asked in one word, and everything it says is kept. */
export interface Rehearsed extends Rehearsal {
  /** Runs Pulumi on the rehearsal's stack. */
  pulumi(args: readonly string[], options?: { signal?: AbortSignal }): Promise<PulumiRun>;
  up(...args: string[]): Promise<PulumiRun>;
  preview(...args: string[]): Promise<PulumiRun>;
  destroy(...args: string[]): Promise<PulumiRun>;
  /** Changes the stack file the engine works with; keys with their namespace: `rancher:version`. */
  edit(change: (config: Record<string, unknown>) => void): void;
  /** Sets a secret key of the stack file. */
  setSecret(key: string, value: string): Promise<void>;
  /** @throws when the stack file names no such host */
  host(name: string): Host;
  /** The folder around the rehearsal's own. */
  readonly outerFolder: string;
}

export interface RehearsedOptions extends Pick<RehearsalOptions, "alsoServe" | "rancherBinary"> {
  /** Text of the stack file, YAML. */
  readonly stackFile: string;
  /** @default "prod" */
  readonly stack?: string;
  /** Hears what the rehearsal and Pulumi say, as it is said. @default the console, when RANCHER_TEST_TALK is set */
  readonly hear?: (line: string) => void;
}

/** Makes a rehearsal in a temporary folder of its own, which `close` removes. @throws what `startRehearsal` throws */
export async function rehearse(options: RehearsedOptions): Promise<Rehearsed> {
  const { stack = "prod", hear = talk, alsoServe, rancherBinary } = options;
  const outerFolder = mkdtempSync(join(tmpdir(), "rehearsal-test-"));
  const remove = () => rmSync(outerFolder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  const path = join(outerFolder, `Pulumi.${stack}.yaml`);
  writeFileSync(path, options.stackFile);
  let rehearsal: Rehearsal;
  try {
    rehearsal = await startRehearsal({
      stackFile: { stack, path },
      folder: join(outerFolder, "rehearsal"),
      phases: startPhases(hear),
      ...(alsoServe && { alsoServe }),
      ...(rancherBinary !== undefined && { rancherBinary }),
    });
  } catch (error) {
    remove();
    throw error;
  }

  const pulumi: Rehearsed["pulumi"] = async (args, { signal } = {}) => {
    const lines: string[] = [];
    const words = [...args, "--stack", stack, "--non-interactive", "--color", "never"];
    const code = await rehearsal.engine.stream(
      words,
      (line) => {
        lines.push(line);
        hear(line);
      },
      signal,
    );
    return { code, lines, text: lines.join("\n") };
  };
  return {
    ...rehearsal,
    outerFolder,
    pulumi,
    up: (...args) => pulumi(["up", "--yes", "--skip-preview", ...args]),
    preview: (...args) => pulumi(["preview", ...args]),
    destroy: (...args) => pulumi(["destroy", "--yes", "--skip-preview", ...args]),
    edit: (change) => editStackFile(rehearsal.folder, stack, change),
    setSecret: async (key, value) => {
      await rehearsal.engine.capture(["config", "set", "--secret", `rancher:${key}`, "--stack", stack], value);
    },
    host: (name) => {
      const found = rehearsal.hosts.find((host) => host.name === name);
      if (found) return found;
      throw new Error(`the stack file of this test names no host ${name}`);
    },
    close: async () => {
      await rehearsal.close();
      // What close leaves is left: a test that removes it would hide it.
      const inside = join(outerFolder, "rehearsal");
      const left = existsSync(inside) ? readdirSync(inside) : [];
      remove();
      if (left.length > 0) throw new Error(`the rehearsal left ${left.join(", ")} in its folder`);
    },
  };
}

function talk(line: string): void {
  if (process.env["RANCHER_TEST_TALK"] !== undefined) console.log(line);
}
