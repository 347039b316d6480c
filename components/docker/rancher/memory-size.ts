const units: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes of a memory size in Docker's notation, `8g`; undefined if it is invalid. */
export function readMemorySize(size: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,15})([bkmg])$/.exec(size) ?? [];
  return digits === undefined ? undefined : Number(digits) * (units[unit] ?? 1);
}

/** Bytes of a memory size from a validated stack file. */
export function bytesOf(size: string): number {
  const bytes = readMemorySize(size);
  if (bytes === undefined) throw new Error(`not a memory size: ${size}`);
  return bytes;
}
