export type Mapping = Readonly<Record<string, unknown>>;

/** What stands there, where it is a mapping; wrong values are left for the program itself to refuse. */
export function mapping(value: unknown): Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}

export function entries(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.map(mapping) : [];
}

export function text(value: unknown): string {
  return value === undefined ? "" : String(value);
}
