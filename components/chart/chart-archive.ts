import { gunzipSync } from "node:zlib";
import type { ChartFiles } from "./known-values.ts";

/** Maximum size of an unpacked chart, in bytes. */
const mostUnpacked = 32 * 2 ** 20;

/**
 * Reads the files of a packaged chart, without its top folder and its subcharts.
 *
 * @throws if it is not a chart.
 */
export async function readChartArchive(archive: Buffer): Promise<ChartFiles> {
  const { list } = await import("tar");
  const files = new Map<string, string>();
  try {
    const tar = gunzipSync(archive, { maxOutputLength: mostUnpacked });
    await new Promise<void>((done, failed) => {
      const parser = list({
        strict: true,
        onReadEntry: (entry) => {
          const path = entry.path.replace(/^(\.\/)?[^/]+\//, "");
          const parts: Buffer[] = [];
          entry.on("data", (part) => void parts.push(part));
          entry.once("end", () => {
            if (entry.type === "File" && !path.startsWith("charts/")) files.set(path, Buffer.concat(parts).toString());
          });
        },
      });
      parser.once("end", done);
      parser.once("error", failed);
      parser.end(tar);
    });
  } catch {
    throw new Error("the chart is not a readable archive");
  }
  if (!files.has("Chart.yaml")) throw new Error("the chart has no Chart.yaml");
  return files;
}
