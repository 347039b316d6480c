import { parse } from "yaml";
import { z } from "zod";

/** One version of a chart in the index of a Helm repository. */
export interface ChartVersion {
  readonly version: string;
  readonly urls: readonly string[];
  /** SHA-256 of the archive, hexadecimal. */
  readonly digest?: string | undefined;
}

const indexFile = z.object({ entries: z.record(z.string(), z.unknown()) });
const chartVersions = z.array(
  z.object({ version: z.string(), urls: z.array(z.string()).default([]), digest: z.string().optional() }),
);

/**
 * https://helm.sh/docs/topics/chart_repository/#the-index-file
 *
 * @throws if it is not an index.
 */
export function findInIndex(index: string, chart: string, version: string): ChartVersion | undefined {
  const lines = index.split(/\r?\n/);
  const versions = versionsIn(sectionOf(lines, chart) ?? index, chart);
  const bare = (text: string) => text.replace(/^v/, "");
  return versions.find((entry) => bare(entry.version) === bare(version));
}

function versionsIn(text: string, chart: string): readonly ChartVersion[] {
  try {
    const { entries } = indexFile.parse(parse(text, { schema: "failsafe" })); // all texts, even a digest of digits
    return Object.hasOwn(entries, chart) ? chartVersions.parse(entries[chart]) : [];
  } catch {
    throw new Error("the index cannot be read");
  }
}

/**
 * The lines of one chart, if the index has Helm's formatting. Parsing takes two seconds per megabyte, and large
 * repositories have twenty.
 */
function sectionOf(lines: readonly string[], chart: string): string | undefined {
  const entries = lines.indexOf("entries:");
  const start = lines.indexOf(`  ${chart}:`, entries + 1);
  if (entries === -1 || start === -1) return undefined;
  const length = lines.slice(start + 1).findIndex((line) => /^ {0,2}[^\s-]/.test(line));
  return ["entries:", ...lines.slice(start, length === -1 ? undefined : start + 1 + length)].join("\n");
}
