import { describe, expect, it } from "vitest";
import { Capture, commandFailed, goQuoted } from "../../../../rehearsal/providers/command/run-result.ts";

const capture = (logging?: "stdout" | "stderr" | "none") => {
  const shown: string[] = [];
  return { shown, capture: new Capture(logging, (_severity, message) => shown.push(message)) };
};

describe("the output of a command", () => {
  it("is shown line by line, even if a line arrives in chunks and the last has no newline", () => {
    const { shown, capture: captured } = capture();
    for (const piece of ["on", "e\ntw", "o"]) captured.add("stdout", Buffer.from(piece));
    captured.end();

    expect(shown).toEqual(["one", "two"]);
  });

  it("loses one newline at the end, and no more", () => {
    const { capture: captured } = capture("none");
    captured.add("stdout", Buffer.from("text\n\n"));

    expect(captured.stdout).toBe("text\n");
  });

  it("keeps characters that arrive in two chunks", () => {
    const { capture: captured } = capture("none");
    const bytes = Buffer.from("ü");
    captured.add("stdout", bytes.subarray(0, 1));
    captured.add("stdout", bytes.subarray(1));

    expect(captured.stdout).toBe("ü");
  });

  it.each([
    [65_535, undefined, false],
    [65_536, undefined, true],
    [65_536, "none" as const, false],
    [65_536, "stderr" as const, false],
  ])("of %i bytes in one line with logging %s: hangs the genuine provider: %s", (length, logging, hangs) => {
    const { capture: captured } = capture(logging);
    captured.add("stdout", Buffer.from(`${"x".repeat(length)}\n`));
    captured.end();

    expect(captured.overlong).toBe(hangs);
  });
});

describe("a failed command's error", () => {
  it("quotes the command as Go does and contains all output", () => {
    expect(commandFailed("exit status 1", 'a\t"b"\\\n\u0001', "out").message).toBe(
      'exit status 1: running "a\\t\\"b\\"\\\\\\n\\x01":\nout',
    );
    expect(goQuoted("ü")).toBe('"ü"');
  });
});
