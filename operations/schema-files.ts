import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { stackFileJsonSchema } from "../components/stack-file/json-schema.ts";
import { keyTable } from "../components/stack-file/key-table.ts";
import { projectFolder } from "./work-folder.ts";

const begin = "<!-- keys: written by operations/schema.ts -->";
const end = "<!-- /keys -->";

/** The files that follow from the stack file's schema, as they have to be. */
export async function schemaFiles(): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const schema = join(projectFolder, "stack.schema.json");
  const page = join(projectFolder, "docs", "stack-file.md");
  return [
    { path: schema, text: await formatted(schema, JSON.stringify(stackFileJsonSchema())) },
    { path: page, text: await formatted(page, withTable(readFileSync(page, "utf8"))) },
  ];
}

function withTable(page: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`docs/stack-file.md has lost its markers ${begin} and ${end}. Put them back.`);
  return `${page.slice(0, from)}${begin}\n\n${keyTable()}\n\n${page.slice(to)}`;
}

/** As the formatter leaves them, so that `npm run check` has nothing to say about generated files. */
async function formatted(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}
