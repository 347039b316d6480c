const units: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** Bytes of a size of memory in Docker's words, `8g`; undefined where it is none. */
export function readMemorySize(size: string): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,15})([bkmg])$/.exec(size) ?? [];
  return digits === undefined ? undefined : Number(digits) * (units[unit] ?? 1);
}

/** The same of a stack file that was checked. */
export function bytesOf(size: string): number {
  const bytes = readMemorySize(size);
  if (bytes === undefined) throw new Error(`no size of memory: ${size}`);
  return bytes;
}
