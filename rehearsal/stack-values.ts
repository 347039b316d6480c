export type Mapping = Readonly<Record<string, unknown>>;

/** The value if it is a mapping, or else an empty mapping. The program itself validates the values. */
export function mapping(value: unknown): Mapping {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Mapping) : {};
}

export function entries(value: unknown): Mapping[] {
  return Array.isArray(value) ? value.map(mapping) : [];
}

export function text(value: unknown): string {
  return value === undefined ? "" : String(value);
}
