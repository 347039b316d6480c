import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hereDocument, quote } from "../../../components/host/shell/shell.ts";

const sh = (script: string) => execFileSync("/bin/sh", ["-c", script], { encoding: "utf8" });

/** Any Unicode, and often characters with a meaning to a shell. An argument cannot hold a NUL. */
const character = fc.oneof(
  fc.constantFrom("'", '"', "\\", "$", "`", "!", "*", "\n", "\t", " ", ";", "&", "|", "<", ">", "(", ")", "#", "~"),
  fc.string({ unit: "binary", minLength: 1, maxLength: 1 }).filter((text) => text !== "\0"),
);
const anyText = fc.array(character, { maxLength: 40 }).map((characters) => characters.join(""));

describe("quote", () => {
  it("turns any text into one argument", () => {
    fc.assert(
      fc.property(fc.array(anyText, { minLength: 1, maxLength: 8 }), (texts) => {
        const printed = sh(`printf '%s\\0' ${texts.map(quote).join(" ")}`);

        expect(printed.split("\0").slice(0, -1)).toEqual(texts);
      }),
      { numRuns: 120 },
    );
  });

  it("leaves a plain word unquoted", () => {
    expect(quote("/etc/nginx/nginx.conf")).toBe("/etc/nginx/nginx.conf");
  });

  it("preserves an empty argument", () => {
    expect(quote("")).toBe("''");
  });
});

describe("hereDocument", () => {
  const line = fc.oneof(fc.constantFrom("TEXT", "TEXT_", "TEXT__", "$(id)", "`id`", "\\"), anyText);
  const lines = fc.array(line, { maxLength: 10 }).map((all) => all.map((each) => `${each}\n`).join(""));

  it("yields exactly the text, even if the text contains its delimiter", () => {
    fc.assert(
      fc.property(lines, (text) => {
        expect(sh(`cat ${hereDocument(text, "TEXT")}\n`)).toBe(text);
      }),
      { numRuns: 120 },
    );
  });

  it("can contain another here-document", () => {
    const inner = `cat ${hereDocument("$(echo deep)\n", "TEXT")}\n`;

    expect(sh(`sh -c "$(cat ${hereDocument(inner, "TEXT")}\n)"`)).toBe("$(echo deep)\n");
  });

  it("refuses a text that it could not reproduce", () => {
    expect(() => hereDocument("no newline", "TEXT")).toThrow("the text of TEXT does not end with a newline");
  });
});
