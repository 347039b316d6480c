import { expect, test } from "vitest";
import { duration, step } from "../../tools/step.mjs";

test.each([
  [400, "0.4 s"],
  [9_949, "9.9 s"],
  [9_960, "10 s"],
  [99_400, "99 s"],
  [245_000, "4 min 05 s"],
])("%i milliseconds are %s", (milliseconds, text) => {
  expect(duration(milliseconds)).toBe(text);
});

test("a long step reports its start, its progress and its end", async () => {
  const lines: string[] = [];
  const work = () => new Promise<number>((resolve) => setTimeout(resolve, 120, 7));

  const result = await step("helm: building", (line) => lines.push(line), work, {
    state: () => "3 packages",
    every: 50,
  });

  expect(result).toBe(7);
  expect(lines[0]).toBe("helm: building ...");
  expect(lines[1]).toMatch(/^helm: building \.\.\. 0\.\d s, 3 packages$/);
  expect(lines.at(-1)).toMatch(/^helm: building: done in 0\.\d s$/);
});

test("a failed step is not reported as done, and its heartbeat stops", async () => {
  const lines: string[] = [];

  await expect(
    step(
      "x",
      (line) => lines.push(line),
      () => Promise.reject(new Error("no")),
      { every: 20 },
    ),
  ).rejects.toThrow("no");
  await new Promise((resolve) => setTimeout(resolve, 60));

  expect(lines).toEqual(["x ..."]);
});

test("on a terminal, progress is one line that is updated and finally removed", async () => {
  const calls: string[] = [];
  const progress = Object.assign((line: string) => void calls.push(line), {
    update: (line: string) => void calls.push(`update ${line}`),
    end: () => void calls.push("end"),
  });
  const updated = () => calls.some((call) => call.startsWith("update"));
  const work = async () => {
    while (!updated()) await new Promise((resolve) => setTimeout(resolve, 1));
  };

  await step("npm ci", progress, work, { every: 5, state: () => "3 of 5 packages" });

  expect(calls[0]).toBe("npm ci ...");
  expect(calls[1]).toMatch(/^update npm ci \.\.\. 0\.\d s, 3 of 5 packages$/);
  expect(calls.slice(-2)).toEqual(["end", expect.stringMatching(/^npm ci: done in /)]);
});
