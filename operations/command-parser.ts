import { Argument, Command, Option } from "commander";
import pc from "picocolors";
import type { CommandSpec } from "./commands/command.ts";
import { wrapFor } from "./terminal.ts";

/** Runs a command with its arguments and options by name. */
export type Execute = (command: CommandSpec, input: Readonly<Record<string, unknown>>) => Promise<void>;

/** The command line: usage, help and error messages. */
export function buildProgram(commands: readonly CommandSpec[], execute: Execute): Command {
  const program = new Command("rancher")
    .description("Rancher Manager with nginx and its certificates, as code.")
    .usage("<command> [options]")
    .helpCommand("help [command]", "show the help of a command")
    .helpOption("-h, --help", "show this help")
    .commandsGroup("This project:")
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(wrapFor(process.stderr, pc.red(text))) })
    .showHelpAfterError("Usage: npx rancher <command>. npx rancher --help lists the commands.")
    .addHelpText("after", "\nnpx rancher <command> --help shows the options of a command.");
  for (const command of commands) program.addCommand(subcommand(program, command, execute));
  return program;
}

function subcommand(program: Command, spec: CommandSpec, execute: Execute): Command {
  const { name, summary, description, options = [], passThrough } = spec;
  const command = new Command(name)
    .copyInheritedSettings(program)
    .summary(summary)
    .description(description === undefined ? `${capital(summary)}.` : `${capital(summary)}. ${description}`)
    .helpOption("-h, --help", "show this help")
    .helpGroup(`${spec.group}:`);
  for (const { usage, summary } of spec.arguments ?? []) {
    command.addArgument(new Argument(usage.startsWith("[") ? usage : `<${usage}>`, summary));
  }
  for (const { flags, summary } of options) command.addOption(new Option(flags, summary));
  if (passThrough !== undefined) command.passThroughOptions();
  if (passThrough === "everything") command.allowUnknownOption().helpOption(false);
  return command
    .showHelpAfterError(`Usage: npx rancher ${name} ${command.usage()}. See npx rancher help ${name}.`)
    .action((...given: unknown[]) => {
      const names = command.registeredArguments.map((argument) => argument.name());
      const input = { ...Object.fromEntries(names.map((each, index) => [each, given[index]])), ...command.opts() };
      // Checked here, as commander would report it instead of a mistyped option.
      const missing = options.find(({ flags, required }) => required && !(new Option(flags).attributeName() in input));
      if (missing !== undefined) command.error(`error: missing required option '${missing.flags}'`);
      return execute(spec, input);
    });
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
