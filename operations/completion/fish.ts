import type { Completes } from "../commands/command.ts";
import type { Completed } from "./completion.ts";

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
  return `# fish completion of rancher. To use it: npx rancher completion fish | source
function __rancher_stacks
    for file in ${quoted(folder)}/Pulumi.*.yaml
        string replace -r '.*/Pulumi\\.(.+)\\.yaml$' '$1' -- $file
    end
end

function __rancher_needs_command
    test (count (commandline -opc)) -eq 1
end

function __rancher_in
    set -l words (commandline -opc)
    test (count $words) -ge 2; and test $words[2] = $argv[1]
end

# Whether the current word is argument number $argv[2] of a command; the options in $argv[3..] take a value.
function __rancher_at
    __rancher_in $argv[1]; or return 1
    set -l position 1
    set -l skip 0
    for word in (commandline -opc)[3..-1]
        if test $skip -eq 1
            set skip 0
        else if contains -- $word $argv[3..-1]
            set skip 1
        else if not string match -q -- '-*' $word
            set position (math $position + 1)
        end
    end
    test $position -eq $argv[2]
end

complete -c rancher -f
${lines.join("\n")}
`;
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
