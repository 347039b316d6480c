import type { Completes } from "../commands/command.ts";
import { quote } from "../../components/host/shell/shell.ts";
import type { Completed } from "./completion.ts";
import { filled } from "./filled.ts";

/** Works in bash 3.2 (macOS) and newer. */
export function bashCompletion(commands: readonly Completed[], folder: string): string {
  return filled("rancher.bash", {
    folder: quote(folder),
    names: quote(commands.map(({ name }) => name).join(" ")),
    cases: commands.map(caseOf).join("\n"),
  });
}

function caseOf({ name, words, options }: Completed): string {
  const valued = options.filter(({ value }) => value !== undefined);
  const values = valued.map(({ flag, value }) => `      ${flag}) ${replies(value?.completes)} return ;;`);
  const positions = words.map(({ completes }, index) => `      ${index + 1}) ${replies(completes)} ;;`);
  const flags = quote(options.map(({ flag }) => flag).join(" "));
  return [
    `    ${name})`,
    ...(values.length === 0 ? [] : [`      case $previous in`, ...values, `      esac`]),
    `      case $current in -*) COMPREPLY=($(compgen -W ${flags} -- "$current")); return ;; esac`,
    `      case $(_rancher_position ${quote(valued.map(({ flag }) => flag).join(" "))}) in`,
    ...positions,
    `      esac`,
    `      ;;`,
  ].join("\n");
}

function replies(completes: Completes | undefined): string {
  switch (completes) {
    case undefined:
      return "";
    case "stack":
      return 'COMPREPLY=($(compgen -W "$(_rancher_stacks)" -- "$current") $(compgen -f -X "!*.y*ml" -- "$current"));';
    case "directory":
      return 'COMPREPLY=($(compgen -d -- "$current"));';
    case "file":
      return 'COMPREPLY=($(compgen -f -- "$current"));';
    default:
      return `COMPREPLY=($(compgen -W ${quote(completes.join(" "))} -- "$current"));`;
  }
}
