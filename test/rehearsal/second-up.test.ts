import { describe, expect, it } from "vitest";
import type { Engine } from "../../operations/engine/engine.ts";
import { checkSecondUp } from "../../rehearsal/second-up.ts";

/** An engine whose up prints these lines, runs this meanwhile, and ends with that code. */
function engineThat(lines: readonly string[], code: number, does = () => {}): Engine {
  const stream: Engine["stream"] = async (_args, onLine) => {
    does();
    for (const line of lines) onLine(line);
    return code;
  };
  return { stream } as Engine;
}

describe("the check of a second up", () => {
  const containers = (look = async () => "one") => ({ name: "containers", look, untouched: "no container" });
  const checked = (engine: Engine, serving = containers(), signal?: AbortSignal) =>
    checkSecondUp({ engine, stack: "dev" }, serving, signal);

  it("passes if nothing changed", async () => {
    expect(await checked(engineThat([], 0))).toEqual({
      name: "a second up changes nothing",
      passed: true,
      seen: "no container",
    });
  });

  it("fails with the engine's reasons if resources change, without the earlier output", async () => {
    const result = await checked(engineThat(["Updating", "Diagnostics:", "error: no changes were expected"], 255));

    expect(result).toMatchObject({ passed: false, seen: "Diagnostics:\nerror: no changes were expected" });
  });

  it("fails if another container serves, although no resource changed", async () => {
    let now = "one";
    const engine = engineThat([], 0, () => (now = "two"));

    const result = await checked(
      engine,
      containers(async () => now),
    );

    expect(result).toMatchObject({ passed: false, seen: "containers were one and are two" });
  });

  it("rejects if it was interrupted", async () => {
    const interrupted = new AbortController();
    const engine = engineThat([], 1, () => interrupted.abort(new Error("interrupted")));

    await expect(checked(engine, containers(), interrupted.signal)).rejects.toThrow("interrupted");
  });
});
