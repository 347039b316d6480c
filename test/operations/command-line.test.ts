import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readArguments, runCommand, UserError } from "../../operations/command-line.ts";

const usage = "npm run render -- <stack> --out DIR";
const options = { out: { type: "string" } } as const;
const argv = process.argv;
const words = (...given: string[]) => (process.argv = ["node", "render.ts", ...given]);

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "error").mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => {
  process.argv = argv;
  process.exitCode = undefined;
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

describe("readArguments", () => {
  it("reads words and options", () => {
    words("prod", "--out", "build");

    const { positionals, values } = readArguments(usage, options, 1);

    expect(positionals).toEqual(["prod"]);
    expect(values).toEqual({ out: "build" });
  });

  it.each([
    ["a word too few", []],
    ["a word too many", ["prod", "dev"]],
    ["an option nobody knows", ["prod", "--colour"]],
    ["an option without its value", ["prod", "--out"]],
  ])("refuses %s, and shows the usage", (_, given) => {
    words(...given);

    expect(() => readArguments(usage, options, 1)).toThrow(UserError);
    expect(() => readArguments(usage, options, 1)).toThrow(`\nusage: ${usage}`);
  });
});

describe("runCommand", () => {
  it("passes the command's exit code on", async () => {
    await runCommand(async () => 3);

    expect(process.exitCode).toBe(3);
    expect(printed).toEqual([]);
  });

  it("says what a user can do, without a stack trace", async () => {
    await runCommand(() => Promise.reject(new UserError("which stack?")));

    expect(process.exitCode).toBe(1);
    expect(printed.join("\n")).toContain("which stack?");
    expect(printed.join("\n")).not.toContain("    at ");
  });

  it("shows where an unexpected error came from to those who ask for it", async () => {
    vi.stubEnv("RANCHER_DEBUG", "1");
    await runCommand(() => Promise.reject(new TypeError("a bug")));

    expect(printed.join("\n")).toContain("TypeError: a bug");
    expect(printed.join("\n")).toContain("    at ");
  });
});
