import type { Json } from "../../protocol/property-value.ts";

const units: { readonly [unit: string]: number } = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Parses a Go duration (`1m30s`) to nanoseconds. Like the genuine provider, returns 0 for an invalid one. */
export function nanoseconds(text: Json | undefined): number {
  if (typeof text !== "string" || !/^(\d+(\.\d*)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return 0;
  const parts = text.matchAll(/(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)/g);
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * (units[unit ?? ""] ?? 0), 0);
}

/** Formats nanoseconds like Go: 90 s is `1m30s`. */
export function goDuration(count: number): string {
  if (count === 0) return "0s";
  for (const unit of ["ns", "µs", "ms"]) {
    const next = unit === "ns" ? 1e3 : unit === "µs" ? 1e6 : 1e9;
    if (count < next) return `${count / (units[unit] ?? 1)}${unit}`;
  }
  const seconds = count / 1e9;
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  const rest = `${Number((seconds % 60).toFixed(9))}s`;
  if (hours > 0) return `${hours}h${minutes}m${rest}`;
  return minutes > 0 ? `${minutes}m${rest}` : rest;
}
