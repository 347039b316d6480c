import type { CommandSpec } from "../commands/command.ts";

/** The commands as a Markdown table. */
export function commandTable(commands: readonly CommandSpec[]): string {
  const rows = commands.map((command) => `| \`npx rancher ${usage(command)}\` | ${command.summary} |`);
  return ["| command | what it does |", "| --- | --- |", ...rows].join("\n");
}

function usage({ name, arguments: args = [], options = [] }: CommandSpec): string {
  return [
    name,
    ...args.map(({ usage }) => (usage.startsWith("[") ? usage : `<${usage}>`)),
    ...options.map(({ flags, required }) => (required ? flags : `[${flags}]`)),
  ].join(" ");
}
