import type { Problem } from "../program/problem.ts";
import type { HighAvailabilitySettings } from "../stack-file/settings.ts";
import { readChartArchive } from "./chart-archive.ts";
import { downloader, type DownloaderOptions } from "./download.ts";
import { ChartDiffers, fromHelmRepository } from "./helm-repository.ts";
import { knownValues } from "./known-values.ts";
import { fromOciRegistry } from "./oci-registry.ts";
import { unknownChartValues } from "./unknown-values.ts";

export interface ChartFindings {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

/** Milliseconds for the index and the chart together. */
const downloadTime = 20_000;

/**
 * Compares `chartValues` with the Rancher chart of the stack's version. If the chart cannot be downloaded, Helm may
 * still get it, so that is only a warning.
 *
 * @param credentials `USER:PASSWORD` of the repository.
 */
export async function checkChartValues(
  { version, chartRepository, chartValues }: HighAvailabilitySettings,
  credentials: string | undefined,
  proxyFor: DownloaderOptions["proxyFor"],
): Promise<ChartFindings> {
  if (Object.keys(chartValues).length === 0) return { problems: [], warnings: [] };
  const chart = { name: "rancher", version };
  const download = downloader({ proxyFor, signal: AbortSignal.timeout(downloadTime) });
  const authorization = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`;
  try {
    const archive = chartRepository.startsWith("oci://")
      ? await fromOciRegistry(chart, chartRepository, download)
      : await fromHelmRepository(chart, chartRepository, download, authorization);
    const known = knownValues(await readChartArchive(archive));
    return { problems: unknownChartValues({ title: `rancher ${version}`, known }, chartValues), warnings: [] };
  } catch (error) {
    const { message } = error as Error;
    if (error instanceof ChartDiffers) {
      const remedy =
        "It was changed after its release or in transit. Do not install from there until its owner has explained the difference.";
      return { problems: [{ key: "rancher:chartRepository", message: `${message} ${remedy}` }], warnings: [] };
    }
    const warning = `were not compared with the values of the chart rancher ${version}: ${message}. Misspelt values have no effect.`;
    return { problems: [], warnings: [{ key: "rancher:chartValues", message: warning }] };
  }
}
