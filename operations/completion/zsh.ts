import { quote } from "../../components/host/shell/shell.ts";
import type { Completes } from "../commands/command.ts";
import type { Completed } from "./completion.ts";
import { filled } from "./filled.ts";

export function zshCompletion(commands: readonly Completed[], folder: string): string {
  return filled("rancher.zsh", {
    folder: quote(folder),
    summaries: commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join("\n"),
    cases: commands.map(caseOf).join("\n"),
  });
}

function caseOf({ name, words, options }: Completed): string {
  const specs = [
    ...options.map(({ flag, summary, value }) => {
      const described = `${flag}[${escaped(summary)}]`;
      return value === undefined ? described : `${described}:${value.name}:${action(value.completes)}`;
    }),
    ...words.map(({ name, completes }, index) => `${index + 1}:${name}:${action(completes)}`),
  ];
  return `        ${name}) _arguments ${specs.map(quote).join(" ")} ;;`;
}

function action(completes: Completes | undefined): string {
  switch (completes) {
    case undefined:
      return " ";
    case "stack":
      return "_rancher_stacks";
    case "directory":
      return "_files -/";
    case "file":
      return "_files";
    default:
      return `(${completes.join(" ")})`;
  }
}

/** Brackets end a description, and colons a part of the specification. */
function escaped(text: string): string {
  return text.replace(/[\\[\]:]/g, "\\$&");
}
