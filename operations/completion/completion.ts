import { argumentName, type CommandSpec, type Completes } from "../commands/command.ts";
import { bashCompletion } from "./bash.ts";
import { fishCompletion } from "./fish.ts";
import { zshCompletion } from "./zsh.ts";

export interface CompletionSource {
  readonly commands: readonly CommandSpec[];
  /** The clone, where the stack files are. */
  readonly folder: string;
}

/** A command's data for a completion script. */
export interface Completed {
  readonly name: string;
  readonly summary: string;
  readonly words: readonly { readonly name: string; readonly completes?: Completes }[];
  readonly options: readonly CompletedOption[];
}

export interface CompletedOption {
  /** `--out` */
  readonly flag: string;
  readonly summary: string;
  /** Present if the option takes a value. */
  readonly value?: { readonly name: string; readonly completes?: Completes };
}

const scripts: Readonly<Record<string, (commands: readonly Completed[], folder: string) => string>> = {
  bash: bashCompletion,
  fish: fishCompletion,
  zsh: zshCompletion,
};

/** The completion script of a shell; undefined for an unsupported shell. */
export function completionScript(shell: string, { commands, folder }: CompletionSource): string | undefined {
  const names = commands.map(({ name }) => name);
  const help: Completed = {
    name: "help",
    summary: "show the help of a command",
    words: [{ name: "command", completes: names }],
    options: [],
  };
  const render = Object.hasOwn(scripts, shell) ? scripts[shell] : undefined;
  return render?.([...commands.map(completed), help], folder);
}

function completed(command: CommandSpec): Completed {
  const { name, summary, passThrough } = command;
  const words = (command.arguments ?? [])
    .filter(({ usage }) => !usage.includes("..."))
    .map((argument) => ({
      name: argumentName(argument),
      ...(argument.completes !== undefined && { completes: argument.completes }),
    }));
  const options = (command.options ?? []).map(({ flags, summary, completes }) => {
    const [flag = "", value] = flags.split(" ");
    if (value === undefined) return { flag, summary };
    return { flag, summary, value: { name: value.slice(1, -1), ...(completes !== undefined && { completes }) } };
  });
  const help = passThrough === "everything" ? [] : [{ flag: "--help", summary: "show the help of this command" }];
  return { name, summary, words, options: [...options, ...help] };
}
