import { PassThrough, Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { readSecret } from "../../../operations/secrets/secret-input.ts";

const shown: string[] = [];
const output = { write: (text: unknown) => shown.push(String(text)) > 0 };
const piped = (text: string | Buffer) =>
  readSecret({ input: Readable.from([Buffer.from(text)]), output, question: "?" });

function typed(...keys: readonly string[]) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input });
  shown.length = 0;
  const value = readSecret({ input, output, question: "rancher:bootstrapPassword: " });
  for (const key of keys) input.write(key);
  return value;
}

describe("a secret on standard input", () => {
  it.each([
    ["one line, as echo writes it", "hunter2\n", "hunter2"],
    ["one line of Windows", "hunter2\r\n", "hunter2"],
    ["no line end", "hunter2", "hunter2"],
    ["blanks", "  a b \n", "  a b "],
    ["several lines", "a\nb\n", "a\nb\n"],
    ["two line ends", "a\n\n", "a\n\n"],
    ["nothing", "", ""],
  ])("may be %s", async (_, text, value) => {
    expect(await piped(text)).toBe(value);
  });

  it("keeps characters that arrive in two chunks", async () => {
    const bytes = Buffer.from("pässwörd");

    expect(
      await readSecret({ input: Readable.from([bytes.subarray(0, 2), bytes.subarray(2)]), output, question: "" }),
    ).toBe("pässwörd");
  });

  it("is text", async () => {
    await expect(piped(Buffer.from([0x61, 0xff, 0xfe]))).rejects.toThrow("is not UTF-8 text");
  });
});

describe("a secret that is typed", () => {
  it("ends with the line, and is not echoed", async () => {
    expect(await typed("hunt", "er3", "\u007f", "2\r")).toBe("hunter2");
    expect(shown).toEqual(["rancher:bootstrapPassword: ", "\n"]);
  });

  it.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("may be cancelled with %s", async (_, key) => {
    await expect(typed(key)).rejects.toThrow("Nothing was entered, so nothing was changed.");
    expect(shown.at(-1)).toBe("\n");
  });
});
