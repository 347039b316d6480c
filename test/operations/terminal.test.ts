import { stripVTControlCharacters } from "node:util";
import { createColors } from "picocolors";
import { expect, it } from "vitest";
import { wrapText } from "../../operations/terminal.ts";

const line = "✓ lb-1: HTTPS answers with the expected certificate: /ping answered pong, chain and name verified";

it.each([40, 80, 120])("wraps at words, into %s columns, with a hanging indent", (columns) => {
  const lines = wrapText(line, { columns, indent: "  " }).split("\n");

  for (const each of lines) expect(each.length).toBeLessThanOrEqual(columns);
  expect(lines.map((each) => each.trim()).join(" ")).toBe(line);
  for (const more of lines.slice(1)) expect(more).toMatch(/^ {4}\S/);
});

it("does not count colours", () => {
  const { dim, green } = createColors(true);
  const coloured = line
    .replace("✓", green("✓"))
    .replace("/ping answered pong, chain", dim("/ping answered pong, chain"));

  const wrapped = wrapText(coloured, { columns: 80 });

  expect(stripVTControlCharacters(wrapped)).toBe(wrapText(line, { columns: 80 }));
});

it("keeps the indentation of a line on the lines it continues on", () => {
  const lines = wrapText(`heading\n  - ${line}`, { columns: 60 }).split("\n");

  expect(lines[0]).toBe("heading");
  expect(lines[1]).toMatch(/^ {2}- ✓/);
  for (const more of lines.slice(2)) expect(more).toMatch(/^ {4}\S/);
});

it("keeps the lines of a text, and leaves them whole where the output is no terminal", () => {
  expect(wrapText(`${line}\nsecond`, { columns: Number.POSITIVE_INFINITY, indent: "  " })).toBe(`  ${line}\n  second`);
});

it("continues a row of a table under its value", () => {
  const { dim } = createColors(true);
  const row = `  ${dim("load balancer")}  nginx in a container (nginx:1.30.6) at layer 7, ports 80 and 443`;

  const lines = stripVTControlCharacters(wrapText(row, { columns: 60 })).split("\n");

  expect(lines).toEqual([
    "  load balancer  nginx in a container (nginx:1.30.6) at",
    "                 layer 7, ports 80 and 443",
  ]);
});
