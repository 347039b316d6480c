import type { Engine } from "../operations/engine.ts";
import { check, type CheckResult } from "./checks.ts";

/** What a second up must leave as it is, beside the resources. */
export interface Serving {
  /** What it is, for people: `containers`. */
  readonly name: string;
  /** Tells it, so that two looks at the same are equal. */
  readonly look: () => Promise<string>;
  /** What is said where nothing changed. */
  readonly untouched: string;
}

/** A second up must find nothing to do: no resource changed, no file written, nothing that serves made anew or reloaded. */
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
    // Behind the diagnostics come the outputs, which tell nothing.
    const reasons = said.findIndex((line) => line.startsWith("Diagnostics:"));
    if (code !== 0) throw new Error((reasons < 0 ? said.slice(-20) : said.slice(reasons, reasons + 20)).join("\n"));
    const after = await look();
    if (after !== before) throw new Error(`${name} were ${before} and are ${after}`);
    return untouched;
  });
  signal?.throwIfAborted();
  return result;
}
