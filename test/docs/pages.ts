import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectFolder } from "../../operations/stack/work-folder.ts";

/** A page of the documentation. */
export interface Page {
  /** Relative to the clone: `README.md`, `docs/rehearsal.md`. */
  readonly path: string;
  readonly text: string;
}

export const pages: readonly Page[] = [
  "README.md",
  ...readdirSync(join(projectFolder, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
].map((path) => ({ path, text: readFileSync(join(projectFolder, path), "utf8") }));

export function page(path: string): Page {
  const found = pages.find((each) => each.path === path);
  if (!found) throw new Error(`there is no page ${path}`);
  return found;
}

/** Targets of a page's links, without those to other sites. */
export function relativeLinks({ text }: Page): string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target ?? "")
    .filter((target) => !/^[a-z]+:/.test(target));
}

/** The anchors GitHub and GitLab give a page's headings. */
export function anchors({ text }: Page): string[] {
  return [...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Fenced blocks of one language. */
export function codeBlocks({ text }: Page, language: string): string[] {
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)]
    .filter(([, name]) => name === language)
    .map(([, , block]) => block ?? "");
}

/** Text between single backticks. */
export function codeSpans({ text }: Page): string[] {
  return [...prose(text).matchAll(/`([^`\n]+)`/g)].map(([, span]) => span ?? "");
}

/** Rows of the table whose first column has this head, with trimmed cells. */
export function tableRows({ path, text }: Page, head: string): string[][] {
  const lines = text.split("\n");
  const start = lines.findIndex((line) => cells(line)[0] === head);
  if (start < 0) throw new Error(`${path} has no table that begins with ${head}`);
  const rest = lines.slice(start + 2);
  const end = rest.findIndex((line) => !line.startsWith("|"));
  return rest.slice(0, end < 0 ? undefined : end).map(cells);
}

function cells(line: string): string[] {
  if (!line.startsWith("|")) return [];
  return line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim());
}

function prose(text: string): string {
  return text.replace(/^```[\s\S]*?^```$/gm, "");
}
