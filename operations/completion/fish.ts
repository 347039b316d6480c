import type { Completes } from "../commands/command.ts";
import type { Completed } from "./completion.ts";
import { filled } from "./filled.ts";

export function fishCompletion(commands: readonly Completed[], folder: string): string {
  const lines = commands.flatMap(({ name, summary, words, options }) => {
    const valued = options.flatMap(({ flag, value }) => (value === undefined ? [] : [flag]));
    return [
      `complete -c rancher -n __rancher_needs_command -a ${name} -d ${quoted(summary)}`,
      ...options.map(({ flag, summary, value }) => {
        const takes = value === undefined ? "" : ` -r${values(value.completes)}`;
        return `complete -c rancher -n '__rancher_in ${name}' -l ${flag.slice(2)} -d ${quoted(summary)}${takes}`;
      }),
      ...words.flatMap(({ completes }, index) => {
        const at = `complete -c rancher -n '__rancher_at ${[name, index + 1, ...valued].join(" ")}'`;
        return completes === undefined ? [] : [`${at}${values(completes)}`];
      }),
    ];
  });
  return filled("rancher.fish", { folder: quoted(folder), lines: lines.join("\n") });
}

function values(completes: Completes | undefined): string {
  switch (completes) {
    case undefined:
      return "";
    case "stack":
      return " -F -a '(__rancher_stacks)'";
    case "directory":
      return " -a '(__fish_complete_directories)'";
    case "file":
      return " -F";
    default:
      return ` -a ${quoted(completes.join(" "))}`;
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
