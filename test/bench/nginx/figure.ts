import pc from "picocolors";

/** One row of the table: what was measured, the value, the bound, and whether the value keeps it. */
export interface Figure {
  readonly what: string;
  readonly reached: string;
  readonly wanted: string;
  readonly ok: boolean;
  /** The value of the baseline in the same run. */
  readonly beside?: string;
}

/** A figure for a ratio with a bound. The median of all rounds has to keep the bound. */
export function ratioFigure(row: {
  readonly what: string;
  /** One value per round. */
  readonly ratios: readonly number[];
  readonly bound: { readonly atMost: number } | { readonly atLeast: number };
  readonly beside: string;
}): Figure {
  const { what, ratios, bound, beside } = row;
  const ratio = median(ratios);
  const [sign, limit, ok] =
    "atMost" in bound ? ["<=", bound.atMost, ratio <= bound.atMost] : [">=", bound.atLeast, ratio >= bound.atLeast];
  const range = `(${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`;
  return { what, reached: `${ratio.toFixed(2)}x ${range}`, wanted: `${sign} ${limit.toFixed(2)}x`, ok, beside };
}

/** The rows as a table of aligned columns, one line each. */
export function figureTable(title: string, figures: readonly Figure[]): string {
  const head = { what: title, reached: "reached", wanted: "wanted", beside: "beside" };
  const rows = [head, ...figures];
  const width = (column: "what" | "reached" | "wanted"): number => Math.max(...rows.map((row) => row[column].length));
  const widths = { what: width("what"), reached: width("reached"), wanted: width("wanted") };
  const lines = rows.map((row) => {
    const verdict = "ok" in row ? (row.ok ? pc.green("ok    ") : pc.red("missed")) : "      ";
    const columns = [
      row.what.padEnd(widths.what),
      row.reached.padEnd(widths.reached),
      row.wanted.padEnd(widths.wanted),
    ];
    return [...columns, verdict, row.beside ?? ""].join("  ").trimEnd();
  });
  return `${pc.bold(lines[0] ?? "")}\n${lines.slice(1).join("\n")}\n`;
}

/** The median. For an even count, the mean of the two middle values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half];
  if (upper === undefined) throw new Error("an empty list has no median");
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? upper) + upper) / 2;
}
