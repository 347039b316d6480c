import { setTimeout as sleep } from "node:timers/promises";
import { stripVTControlCharacters } from "node:util";
import { expect, it } from "vitest";
import { startPhases } from "../../rehearsal/phases.ts";

const recorded = () => {
  const lines: string[] = [];
  return { lines, phases: startPhases((line) => lines.push(stripVTControlCharacters(line).trim())) };
};

it("prints each phase when it starts, its progress, and how long it took", async () => {
  const { lines, phases } = recorded();

  const result = await phases.run("hosts", async (say) => {
    say("lb-1 198.18.0.11");
    await sleep(20);
    return 7;
  });

  expect(result).toBe(7);
  expect(lines).toEqual(["▸ hosts", "lb-1 198.18.0.11", expect.stringMatching(/^0\.\d s$/)]);
});

it("adds up the time of phases of one name, in the order they first ran", async () => {
  const { phases } = recorded();

  for (const name of ["pulumi up", "checks", "pulumi up"]) await phases.run(name, () => sleep(30));

  expect([...phases.times.keys()]).toEqual(["pulumi up", "checks"]);
  expect(phases.times.get("pulumi up")).toBeGreaterThan(0.05);
});

it("rethrows an error, and records the time of the phase that failed", async () => {
  const { lines, phases } = recorded();

  const run = phases.run("hosts", () => Promise.reject(new Error("no root")));

  await expect(run).rejects.toThrow("no root");
  expect(phases.times.has("hosts")).toBe(true);
  expect(lines).toHaveLength(2);
});
