import type { Engine } from "../operations/engine/engine.ts";
import { check, type CheckResult } from "./checks.ts";

/** Running processes that a second up must not change. */
export interface Serving {
  /** Name for messages: `containers`. */
  readonly name: string;
  /** Describes the current state. The text changes only when the state does. */
  readonly look: () => Promise<string>;
  /** Text of the passed check. */
  readonly untouched: string;
}

/** A second up must change no resource, and recreate, restart or reload no process. */
export async function checkSecondUp(
  { engine, stack }: { readonly engine: Engine; readonly stack: string },
  { name, look, untouched }: Serving,
  signal?: AbortSignal,
): Promise<CheckResult> {
  const result = await check("a second up changes nothing", async () => {
    const before = await look();
    const output: string[] = [];
    const code = await engine.stream(
      ["up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", stack, "--non-interactive"],
      (line) => output.push(line),
      signal,
    );
    // Report the diagnostics, or the last lines if there are none.
    const reasons = output.findIndex((line) => line.startsWith("Diagnostics:"));
    if (code !== 0) throw new Error((reasons < 0 ? output.slice(-20) : output.slice(reasons, reasons + 20)).join("\n"));
    const after = await look();
    if (after !== before) throw new Error(`${name} were ${before} and are ${after}`);
    return untouched;
  });
  signal?.throwIfAborted();
  return result;
}
