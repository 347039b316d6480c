const longest = 60;

/** A value as a message shows it: short, on one line, and never a private key. */
export function quote(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  if (value === null || value === "") return "empty";
  if (typeof value === "object") return "a mapping";
  if (typeof value !== "string") return String(value);
  if (value.includes("PRIVATE KEY")) return "a private key";
  const line = value.trim().split("\n", 1)[0] ?? "";
  const cut = line.length > longest || line.length < value.trim().length;
  return JSON.stringify(cut ? `${line.slice(0, longest)}...` : line);
}
