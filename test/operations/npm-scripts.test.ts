import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { commands } from "../../operations/commands/table.ts";
import { projectFolder } from "../../operations/stack/work-folder.ts";

const { scripts, bin } = JSON.parse(readFileSync(join(projectFolder, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  bin: Record<string, string>;
};

/** npm reserves these names, or they make no sense as a script. */
const withoutScript = ["completion"];

it("every command is an npm script of the same name", () => {
  const expected = commands.map(({ name }) => name).filter((name) => !withoutScript.includes(name));
  const found = Object.keys(scripts).filter((name) => scripts[name] === `node ${bin["rancher"]} ${name}`);

  expect(found.toSorted()).toEqual(expected.toSorted());
});
