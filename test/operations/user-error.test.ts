import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exitCodeOf, UserError } from "../../operations/user-error.ts";

let printed: string[];
beforeEach(() => {
  printed = [];
  vi.spyOn(console, "error").mockImplementation((text: string) => void printed.push(text));
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

it("returns the command's exit code", async () => {
  expect(await exitCodeOf(async () => 3)).toBe(3);
  expect(printed).toEqual([]);
});

describe("an error", () => {
  it("of the user is printed without a stack trace", async () => {
    expect(await exitCodeOf(() => Promise.reject(new UserError("there is no stack prd")))).toBe(1);
    expect(printed.join("\n")).toContain("there is no stack prd");
    expect(printed.join("\n")).not.toMatch(/ {4}at |RANCHER_DEBUG/);
  });

  it("contains no terminal escape sequences from user input", async () => {
    await exitCodeOf(() => Promise.reject(new UserError("a\u001b[2Jb\u202ec does not exist.\nGive another name.")));

    expect(printed.join("\n")).toContain("a\\u{1b}[2Jb\\u{202e}c does not exist.\nGive another name.");
  });

  it("of the program names the variable that prints a stack trace", async () => {
    await exitCodeOf(() => Promise.reject(new TypeError("a bug")));

    expect(printed.join("\n")).toMatch(/a bug\nThis is an internal error\. RANCHER_DEBUG=1 shows/);
    expect(printed.join("\n")).not.toContain("    at ");
  });

  it.each([new UserError("there is no stack prd"), new TypeError("a bug")])(
    "has its stack trace with RANCHER_DEBUG: %s",
    async (error) => {
      vi.stubEnv("RANCHER_DEBUG", "1");
      await exitCodeOf(() => Promise.reject(error));

      expect(printed.join("\n")).toContain(error.message);
      expect(printed.join("\n")).toContain("    at ");
    },
  );
});
