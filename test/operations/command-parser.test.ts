import { describe, expect, it } from "vitest";
import { CommanderError } from "commander";
import { argumentName, type CommandSpec } from "../../operations/commands/command.ts";
import { commands } from "../../operations/commands/table.ts";
import { buildProgram } from "../../operations/command-parser.ts";

/** Parses a command line. Every command is replaced by one that records its input. */
async function parse(...words: string[]) {
  const calls: [string, unknown][] = [];
  const program = buildProgram(commands, async ({ name }, input) => void calls.push([name, input]));
  const output = { out: "", error: "" };
  for (const each of [program, ...program.commands]) {
    each.configureOutput({
      writeOut: (text) => (output.out += text),
      writeErr: (text) => (output.error += text),
      outputError: (text) => (output.error += text),
    });
  }
  let code = 0;
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    code = error.exitCode;
  }
  return { code, calls, ...output };
}

describe("a valid command line", () => {
  it.each<[string[], string, object]>([
    [["restore", "dev"], "restore", { stack: "dev", archive: undefined }],
    [["restore", "dev", "x.tar.gz", "--yes"], "restore", { stack: "dev", archive: "x.tar.gz", yes: true }],
    [["uninstall", "--delete-data", "dev"], "uninstall", { stack: "dev", deleteData: true }],
    [["render", "dev", "--out=build"], "render", { stack: "dev", out: "build" }],
    [["rehearse", "dev", "--shell", "lb-1"], "rehearse", { stack: "dev", shell: "lb-1" }],
    [["up", "dev"], "up", { stack: "dev", pulumiOptions: [] }],
    [["up", "dev", "--yes", "--target", "x"], "up", { stack: "dev", pulumiOptions: ["--yes", "--target", "x"] }],
    [["up", "dev", "--help"], "up", { stack: "dev", pulumiOptions: ["--help"] }],
    [["pulumi", "--help"], "pulumi", { words: ["--help"] }],
    [["pulumi"], "pulumi", { words: [] }],
    [["pulumi", "stack", "--stack", "dev", "-h"], "pulumi", { words: ["stack", "--stack", "dev", "-h"] }],
    [["pulumi", "--stack", "dev", "up"], "pulumi", { words: ["--stack", "dev", "up"] }],
  ])("%j runs its command with arguments and options by name", async (words, name, input) => {
    expect(await parse(...words)).toEqual({ code: 0, calls: [[name, input]], out: "", error: "" });
  });
});

describe("a wrong command line exits with code 1 and reports", () => {
  it.each([
    ["which command was meant", ["upp", "dev"], /unknown command 'upp'\n\(Did you mean up\?\)/],
    ["which option was meant", ["render", "dev", "--ot", "x"], /unknown option '--ot'\n\(Did you mean --out\?\)/],
    [
      "that there is no similar option",
      ["backup", "dev", "--lst"],
      /unknown option '--lst'\n\(Did you mean --list\?\)/,
    ],
    ["which argument is missing", ["up"], /missing required argument 'stack'/],
    ["which second argument is missing", ["adopt", "dev"], /missing required argument 'container'/],
    ["that an option before the stack is unknown", ["up", "--yes"], /unknown option '--yes'/],
    ["which option is missing", ["render", "dev"], /missing required option '--out <dir>'/],
    ["that an option lacks its value", ["render", "dev", "--out"], /option '--out <dir>' argument missing/],
    ["that there are too many arguments", ["forget", "dev", "lb-1", "lb-2"], /Expected 2 arguments but got 3/],
  ])("%s", async (_, words, error) => {
    const result = await parse(...words);

    expect(result).toMatchObject({ code: 1, calls: [], out: "" });
    expect(result.error).toMatch(error);
    expect(result.error).toMatch(/Usage: npx rancher .*\. (See )?npx rancher .*help/);
  });

  it("without a command, which commands there are", async () => {
    const { code, error } = await parse();

    expect(code).toBe(1);
    expect(error).toContain("check-config <stack>");
  });
});

describe("help", () => {
  it.each([["--help"], ["-h"], ["help"]])("%s lists every command with its summary", async (word) => {
    const { code, out } = await parse(word);

    expect(code).toBe(0);
    const text = out.replace(/\s+/g, " "); // unwrapped
    for (const { name, summary } of commands) {
      expect(text).toContain(` ${name} `);
      expect(text).toContain(` ${summary} `);
    }
  });

  it.each(commands.map((command) => [command.name, command] as const))("of %s is complete", async (name, command) => {
    const { code, out } = await parse("help", name);

    expect(code).toBe(0);
    for (const { flags } of command.options ?? []) expect(out).toContain(`  ${flags} `);
    for (const argument of command.arguments ?? []) expect(out).toContain(`  ${argumentName(argument)} `);
  });

  it.each(commands.filter(({ passThrough }) => passThrough !== "everything").map(({ name }) => name))(
    "%s --help is the same as help %s",
    async (name) => {
      expect(await parse(name, "--help")).toEqual(await parse("help", name));
    },
  );
});

it.each(commands.map((command) => [command.name, command] as const))("%s has a module", async (_, command) => {
  const { run } = await (command as CommandSpec).load();

  expect(run).toBeTypeOf("function");
});
