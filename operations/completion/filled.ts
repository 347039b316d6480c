import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A completion script of this folder, with its `@placeholders@` filled in.
 *
 * @throws if it has a placeholder without a value
 */
export function filled(file: string, values: Readonly<Record<string, string>>): string {
  const script = readFileSync(join(import.meta.dirname, file), "utf8");
  return script.replaceAll(/@([a-z]+)@/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${file} has a placeholder ${name} without a value`);
    return value;
  });
}
