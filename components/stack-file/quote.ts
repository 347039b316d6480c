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

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], last = "and"): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1) ?? ""}`;
}
