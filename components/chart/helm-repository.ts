import { createHash } from "node:crypto";
import { printable } from "../program/printable.ts";
import type { Download } from "./download.ts";
import { findInIndex } from "./chart-index.ts";

/** A downloaded chart does not match the digest in the repository's index. */
export class ChartDiffers extends Error {}

export interface WantedChart {
  readonly name: string;
  readonly version: string;
}

/** Bytes. */
export const mostOfIndex = 32 * 2 ** 20;
export const mostOfChart = 4 * 2 ** 20;

/**
 * Downloads the archive of a chart from a Helm repository.
 *
 * @param repository `https://` URL, as in a Release.
 * @param authorization Header for the repository. As in Helm, it is sent only to charts at the same origin.
 */
export async function fromHelmRepository(
  { name, version }: WantedChart,
  repository: string,
  download: Download,
  authorization?: string,
): Promise<Buffer> {
  const base = new URL(repository.endsWith("/") ? repository : `${repository}/`);
  const index = await download(new URL("index.yaml", base), { limit: mostOfIndex, authorization });
  const found = findInIndex(index.toString(), name, version);
  if (found === undefined) throw new Error(`the index of ${base.host} has no ${name} ${version}`);
  const [reference] = found.urls;
  if (reference === undefined || !URL.canParse(reference, base.href))
    throw new Error(`the index of ${base.host} has no URL for ${name} ${version}`);
  const url = new URL(reference, base);
  if (url.protocol !== "https:" && url.protocol !== "http:")
    throw new Error(`the index of ${base.host} refers to ${name} ${version} by ${url.protocol}//`);
  const archive = await download(url, {
    limit: mostOfChart,
    authorization: url.origin === base.origin ? authorization : undefined,
  });
  if (found.digest !== undefined) verify(archive, found.digest, `the index of ${base.host}`);
  return archive;
}

/** @param promised Hexadecimal, with or without `sha256:`. */
export function verify(archive: Buffer, promised: string, by: string): void {
  const actual = createHash("sha256").update(archive).digest("hex");
  const expected = promised.replace(/^sha256:/, "").toLowerCase();
  if (actual === expected) return;
  throw new ChartDiffers(
    `gives a chart with the SHA-256 ${actual.slice(0, 12)}..., where ${by} promises ${printable(expected.slice(0, 12))}...`,
  );
}
