import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPhases } from "../../../rehearsal/phases.ts";
import {
  startRehearsal,
  type Rehearsal,
  type RehearsalOptions,
} from "../../../rehearsal/high-availability/rehearsal.ts";
import type { Host } from "../../../rehearsal/sandbox/host.ts";
import { pulumiRuns, talk, type PulumiRuns } from "./pulumi-runs.ts";

export type { PulumiRun } from "./pulumi-runs.ts";

/** Sandboxes need root for network namespaces and mounts. */
export const isRoot = process.platform === "linux" && process.getuid?.() === 0;

/** A rehearsal for tests: its engine has one method per operation, and its output is recorded. */
export interface Rehearsed extends Rehearsal, PulumiRuns {
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
  /** Gets the output of the rehearsal and Pulumi. @default the console, when RANCHER_TEST_TALK is set */
  readonly hear?: (line: string) => void;
}

/** Creates a rehearsal in a temporary folder, which `close` removes. @throws what `startRehearsal` throws */
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

  return {
    ...rehearsal,
    outerFolder,
    ...pulumiRuns({ engine: rehearsal.engine, folder: rehearsal.folder, stack, hear }),
    host: (name) => {
      const found = rehearsal.hosts.find((host) => host.name === name);
      if (found) return found;
      throw new Error(`the stack file of this test names no host ${name}`);
    },
    close: async () => {
      await rehearsal.close();
      // Files that close leaves are kept: a test that removes them would hide the leak.
      const inside = join(outerFolder, "rehearsal");
      const left = existsSync(inside) ? readdirSync(inside) : [];
      remove();
      if (left.length > 0) throw new Error(`the rehearsal left ${left.join(", ")} in its folder`);
    },
  };
}
