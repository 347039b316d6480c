import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { UserError } from "../user-error.ts";
import { schemaFiles } from "../report/schema-files.ts";

export async function run({ check = false }: { check?: boolean }): Promise<number> {
  const stale = (await schemaFiles()).filter(
    ({ path, text }) => !existsSync(path) || readFileSync(path, "utf8") !== text,
  );
  const names = stale.map(({ path }) => relative(process.cwd(), path)).join(", ");
  if (check) {
    if (stale.length > 0)
      throw new UserError(`${names}: out of date with the schema or the list of commands. Run npm run schema.`);
    return 0;
  }
  for (const { path, text } of stale) writeFileSync(path, text);
  console.log(stale.length === 0 ? "Everything is up to date." : `updated ${names}`);
  return 0;
}
