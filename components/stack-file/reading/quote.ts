import { printable } from "../../program/printable.ts";

const longest = 60;

/** Formats a value for messages: short, on one line, without invisible characters, and never a private key. */
export function quote(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === null || value === "") return "empty";
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return String(value);
  if (value.includes("PRIVATE KEY")) return "a private key";
  const text = value.trim();
  const line = text.split("\n", 1)[0] ?? "";
  const escaped = line
    .slice(0, longest)
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\t", "\\t")
    .replaceAll("\r", "\\r");
  return `"${printable(escaped)}${line.length > longest || line.length < text.length ? "..." : ""}"`;
}
