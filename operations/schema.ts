import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { readArguments, runCommand, UserError } from "./command-line.ts";
import { schemaFiles } from "./schema-files.ts";

const usage = `node --import tsx operations/schema.ts [--check]

Writes what comes from the schema of the stack file: stack.schema.json and the table of keys in docs/stack-file.md.
With --check it only says whether they are current.`;

await runCommand(async () => {
  const { check } = readArguments(usage, { check: { type: "boolean" } }, 0).values;
  const stale = (await schemaFiles()).filter(
    ({ path, text }) => !existsSync(path) || readFileSync(path, "utf8") !== text,
  );
  const names = stale.map(({ path }) => relative(process.cwd(), path)).join(" and ");
  if (check === true) {
    if (stale.length > 0)
      throw new UserError(`${names} are not what the schema says now. Write them anew: npm run schema`);
    return 0;
  }
  for (const { path, text } of stale) writeFileSync(path, text);
  console.log(stale.length === 0 ? "everything is current" : `wrote ${names}`);
  return 0;
});
