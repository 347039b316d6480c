import { describe, expect, it } from "vitest";
import { describeRows, outdatedRows, versionRows } from "../../../operations/report/outdated-rows.ts";

const row = (name: string, checked: string) => ({ name, checked, source: `https://example.com/${name}` });

describe("rancher versions", () => {
  it("lists rows older than 90 days, the oldest first", () => {
    const rows = [row("a", "2026-08-30"), row("b", "2026-08-29"), row("c", "2026-01-01"), row("d", "2026-11-27")];

    expect(outdatedRows(rows, new Date("2026-11-28")).map(({ name }) => name)).toEqual(["c", "b"]);
  });

  it("prints date, name and source of each", () => {
    expect(describeRows([row("Rancher 2.15", "2026-08-29")])).toContain(
      "\n  2026-08-29  Rancher 2.15: https://example.com/Rancher 2.15",
    );
    expect(describeRows([])).toBe("Every row of components/program/versions.ts was checked in the last 90 days.");
  });

  it("has a source and a valid date for every row", () => {
    expect(versionRows.length).toBeGreaterThan(10);
    for (const { name, source, checked } of versionRows) {
      expect(source, name).not.toBe("");
      expect(new Date(checked).toISOString().slice(0, 10), name).toBe(checked);
    }
  });
});
