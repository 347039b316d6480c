import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commands } from "../../operations/commands/table.ts";
import { completionScript } from "../../operations/completion/completion.ts";

let folder: string;
beforeAll(() => {
  folder = join(mkdtempSync(join(tmpdir(), "completion-")), "it's a clone");
  mkdirSync(join(folder, "sub"), { recursive: true });
  for (const stack of ["dev", "prod"]) writeFileSync(join(folder, `Pulumi.${stack}.yaml`), "");
});
afterAll(() => rmSync(join(folder, ".."), { recursive: true }));

/** Bash's completions for the last of these words. */
function bashOffers(...words: string[]): string[] {
  const script = `${completionScript("bash", { commands, folder }) ?? ""}
COMP_WORDS=(rancher "$@"); COMP_CWORD=$#; _rancher; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const printed = execFileSync("bash", ["-c", script, "bash", ...words], { cwd: folder, encoding: "utf8" });
  return printed.split("\n").filter((line) => line !== "");
}

describe("bash completes", () => {
  it("every command", () => {
    expect(bashOffers("")).toEqual([...commands.map(({ name }) => name), "help"]);
  });

  it.each<[string, string[], string[]]>([
    ["the start of a command", ["resto"], ["restore"]],
    ["the names of stacks", ["up", ""], ["dev", "prod", "Pulumi.dev.yaml", "Pulumi.prod.yaml"]],
    ["a stack after an option", ["restore", "--yes", "d"], ["dev"]],
    ["a stack after an option with a value", ["render", "--out", "sub", "p"], ["prod"]],
    ["no second stack", ["restore", "dev", "p"], []],
    ["options", ["uninstall", "dev", "--d"], ["--delete-data"]],
    ["the value of an option", ["render", "dev", "--out", "s"], ["sub"]],
    ["a fixed list of words", ["completion", ""], ["bash", "zsh", "fish"]],
    ["the command of help", ["help", "check"], ["check-config"]],
  ])("%s", (_, words, offers) => {
    expect(bashOffers(...words)).toEqual(offers);
  });
});

it.each(["zsh", "fish"])("%s completes every command and option with its summary", (shell) => {
  const script = completionScript(shell, { commands, folder }) ?? "";

  for (const { name, summary, options = [] } of commands) {
    expect(script).toContain(name);
    expect(script.replaceAll(/'\\''|\\'/g, "'")).toContain(summary);
    for (const { flags } of options) expect(script).toContain(flags.split(" ")[0]?.slice(2));
  }
});

it("an unsupported shell is rejected", () => {
  expect(completionScript("csh", { commands, folder })).toBeUndefined();
});
