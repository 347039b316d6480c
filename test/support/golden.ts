import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";

const folder = join(dirname(fileURLToPath(import.meta.url)), "..", "golden");

/**
 * Compares a rendered artefact with its golden file, byte for byte.
 *
 * `UPDATE_GOLDEN=1 npx vitest run --project pure` rewrites the files. Read the difference before you keep it.
 *
 * @param path below `test/golden`
 */
export function expectGolden(path: string, text: string): void {
  const file = join(folder, path);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(text, `differs from test/golden/${path}; if it should: UPDATE_GOLDEN=1 npx vitest run`).toBe(read(file, path));
}

function read(file: string, path: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new Error(`test/golden/${path} is missing. Write it: UPDATE_GOLDEN=1 npx vitest run`);
  }
}
