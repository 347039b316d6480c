import type { Engine } from "../../../operations/engine/engine.ts";
import { editStackFile } from "../../../rehearsal/engine-run.ts";

/** Output of one run of Pulumi, in order, without colours. */
export interface PulumiRun {
  readonly code: number;
  readonly lines: readonly string[];
  /** The lines as one text. */
  readonly text: string;
}

/** A rehearsal's engine with one method per operation, which records its output. */
export interface PulumiRuns {
  /** Runs Pulumi on the rehearsal's stack. */
  pulumi(args: readonly string[], options?: { signal?: AbortSignal }): Promise<PulumiRun>;
  up(...args: string[]): Promise<PulumiRun>;
  preview(...args: string[]): Promise<PulumiRun>;
  destroy(...args: string[]): Promise<PulumiRun>;
  /** Changes the stack file of the engine. Keys include their namespace: `rancher:version`. */
  edit(change: (config: Record<string, unknown>) => void): void;
  /** Sets a secret key of the stack file. */
  setSecret(key: string, value: string): Promise<void>;
}

export function pulumiRuns(options: {
  readonly engine: Engine;
  readonly folder: string;
  readonly stack: string;
  readonly hear: (line: string) => void;
}): PulumiRuns {
  const { engine, folder, stack, hear } = options;
  const pulumi: PulumiRuns["pulumi"] = async (args, { signal } = {}) => {
    const lines: string[] = [];
    const command = [...args, "--stack", stack, "--non-interactive", "--color", "never"];
    const keep = (line: string) => {
      lines.push(line);
      hear(line);
    };
    const code = await engine.stream(command, keep, signal);
    return { code, lines, text: lines.join("\n") };
  };
  return {
    pulumi,
    up: (...args) => pulumi(["up", "--yes", "--skip-preview", ...args]),
    preview: (...args) => pulumi(["preview", ...args]),
    destroy: (...args) => pulumi(["destroy", "--yes", "--skip-preview", ...args]),
    edit: (change) => editStackFile(folder, stack, change),
    setSecret: async (key, value) => {
      await engine.capture(["config", "set", "--secret", `rancher:${key}`, "--stack", stack], value);
    },
  };
}

/** Prints a test's lines if RANCHER_TEST_TALK is set. */
export function talk(line: string): void {
  if (process.env["RANCHER_TEST_TALK"] !== undefined) console.log(line);
}
