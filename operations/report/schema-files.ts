import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { format, resolveConfig } from "prettier";
import { stackFileJsonSchema } from "../../components/stack-file/json-schema.ts";
import { keyTable } from "../../components/stack-file/key-table.ts";
import { commandTable } from "./command-table.ts";
import { commands } from "../commands/table.ts";
import { projectFolder } from "../stack/work-folder.ts";

/** The current content of the generated files, from the stack file's schema and the list of commands. */
export async function schemaFiles(): Promise<readonly { readonly path: string; readonly text: string }[]> {
  const schema = join(projectFolder, "stack.schema.json");
  const page = join(projectFolder, "docs", "stack-file.md");
  const readme = join(projectFolder, "README.md");
  return [
    { path: schema, text: await formatted(schema, JSON.stringify(stackFileJsonSchema())) },
    { path: page, text: await formatted(page, withGenerated(page, "keys", keyTable())) },
    { path: readme, text: await formatted(readme, withGenerated(readme, "commands", commandTable(commands))) },
  ];
}

/** The text of a page, with the part between its two markers replaced. */
function withGenerated(path: string, what: string, text: string): string {
  const [begin, end] = [`<!-- ${what}: written by npm run schema -->`, `<!-- /${what} -->`];
  const page = readFileSync(path, "utf8");
  const [from, to] = [page.indexOf(begin), page.indexOf(end)];
  if (from < 0 || to < from)
    throw new Error(`${relative(projectFolder, path)} has no markers ${begin} and ${end}. Restore them.`);
  return `${page.slice(0, from)}${begin}\n\n${text}\n\n${page.slice(to)}`;
}

/** Formatted, so that `npm run check` accepts generated files. */
async function formatted(path: string, text: string): Promise<string> {
  return format(text, { ...(await resolveConfig(path)), filepath: path });
}
