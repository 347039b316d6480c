import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { modeSchemas } from "../../components/stack-file/mode-schemas.ts";
import { reservedKeys } from "../../components/stack-file/reading/reserved-keys.ts";
import { nodesAt } from "../../components/stack-file/reading/known-keys.ts";
import { isMapping } from "../../components/stack-file/reading/mapping.ts";
import { secretNames } from "../../components/stack-file/keys/secrets/secret-keys.ts";
import { projectFolder } from "../../operations/stack/work-folder.ts";
import { anchors, codeBlocks, codeSpans, page, pages, relativeLinks, tableRows } from "./pages.ts";

const { scripts } = JSON.parse(readFileSync(join(projectFolder, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
};

/** Keys of the schema, secrets and reserved keys. The escape hatches accept anything. */
function isKnown(key: string): boolean {
  const path = key.replaceAll(/\[\d*\]/g, ".0").split(".");
  const [head = ""] = path;
  if (
    head === "chartValues" ||
    key.startsWith("docker.environment.") ||
    (secretNames as readonly string[]).includes(key) ||
    reservedKeys.has(key)
  )
    return true;
  const parts = path.map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  return Object.values(modeSchemas).some((form) => nodesAt(parts, form).length > 0);
}

describe.each(pages.map(({ path }) => path))("%s", (path) => {
  it("links to existing pages and headings", () => {
    const broken = relativeLinks(page(path)).filter((target) => {
      const [file = "", anchor] = target.split("#");
      const linked = file === "" ? path : join(dirname(path), file);
      if (!existsSync(join(projectFolder, linked))) return true;
      return anchor !== undefined && !anchors(page(linked)).includes(anchor);
    });

    expect(broken).toEqual([]);
  });

  it("names existing npm scripts", () => {
    const named = [...page(path).text.matchAll(/npm run ([\w-]+)/g)].map(([, name]) => name ?? "");

    expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  it("names known or reserved keys of the stack file", () => {
    // `rancher:host:Notice` is a component's token, `rancher/rancher:latest` an image.
    const named = [...page(path).text.matchAll(/(?<![\w/:])rancher:([a-z][\w.[\]]*)(?!:\w|[\w.[\]])/gi)];
    const keys = named.map(([, key = ""]) => key.replace(/\.+$/, ""));

    expect(keys.filter((key) => !isKnown(key))).toEqual([]);
  });

  it("shows stack files with known keys only", () => {
    const keys = codeBlocks(page(path), "yaml").flatMap((block) => {
      const file: unknown = parse(block);
      return isMapping(file) ? keysOf(isMapping(file.config) ? file.config : file) : [];
    });

    expect(keys.filter((key) => !isKnown(key))).toEqual([]);
  });

  it("names existing files", () => {
    const named = codeSpans(page(path)).filter((span) =>
      /^(components|docs|operations|rehearsal|test|tools)\/[\w/.-]*[\w/]$/.test(span),
    );

    expect(named.filter((name) => !existsSync(join(projectFolder, name)))).toEqual([]);
  });
});

describe("README.md", () => {
  it("names every npm script", () => {
    const { text } = page("README.md");
    const missing = Object.keys(scripts).filter((name) => {
      const npm = name === "start" || name === "test" ? `npm ${name}` : `npm run ${name}`;
      return !new RegExp(`\`(npx rancher ${name}|${npm})[ \`]`).test(text);
    });

    expect(missing).toEqual([]);
  });

  it("links to every page", () => {
    const linked = relativeLinks(page("README.md")).map((target) => target.split("#")[0]);

    expect(pages.map(({ path }) => path).filter((path) => path !== "README.md" && !linked.includes(path))).toEqual([]);
  });

  it("explains for the installed version why @pulumi/command is held back", () => {
    const manifest = JSON.parse(
      readFileSync(join(projectFolder, "node_modules/@pulumi/command/package.json"), "utf8"),
    ) as { version: string };

    expect(page("README.md").text).toContain(`\`@pulumi/command\` stays at ${manifest.version.replace(/^v/, "")} `);
  });

  it("names every output of a stack, and no other", () => {
    const program = readFileSync(join(projectFolder, "index.ts"), "utf8");
    // One for each mode, in lines such as `mode,`, `url: ...` and `...(condition && { name })`.
    const outputs = [...program.matchAll(/^ {2}return \{\n([\s\S]*?)^ {2}\};$/gm)].map(([, text = ""]) => text);
    const names = outputs.flatMap((text) => [...text.matchAll(/^ {4}(?:\.{3}.*\{ )?(\w+)/gm)].map(([, name]) => name));
    const exported = [...new Set(names)];
    const named = tableRows(page("README.md"), "output").map(([name]) => name?.replaceAll("`", ""));

    expect(named.toSorted()).toEqual(exported.toSorted());
  });
});

function keysOf(config: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(config)
    .filter(([key]) => key.startsWith("rancher:"))
    .flatMap(([key, value]) => paths(key.slice("rancher:".length), value));
}

function paths(key: string, value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => paths(`${key}[${index}]`, item));
  if (!isMapping(value)) return [key];
  return [key, ...Object.entries(value).flatMap(([name, inner]) => paths(`${key}.${name}`, inner))];
}
