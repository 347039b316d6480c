import type { Engine } from "../operations/engine.ts";
import { check, type CheckResult } from "./checks.ts";

/** Running processes that a second up must not change. */
export interface Serving {
  /** Name for messages: `containers`. */
  readonly name: string;
  /** Describes the current state. The text is equal as long as the state is. */
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
    const said: string[] = [];
    const code = await engine.stream(
      ["up", "--yes", "--skip-preview", "--expect-no-changes", "--stack", stack, "--non-interactive"],
      (line) => said.push(line),
      signal,
    );
    // Report from the diagnostics on.
    const reasons = said.findIndex((line) => line.startsWith("Diagnostics:"));
    if (code !== 0) throw new Error((reasons < 0 ? said.slice(-20) : said.slice(reasons, reasons + 20)).join("\n"));
    const after = await look();
    if (after !== before) throw new Error(`${name} were ${before} and are ${after}`);
    return untouched;
  });
  signal?.throwIfAborted();
  return result;
}
