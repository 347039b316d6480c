import { quote } from "../../components/host/shell/shell.ts";
import type { Completes } from "../commands/command.ts";
import type { Completed } from "./completion.ts";

export function zshCompletion(commands: readonly Completed[], folder: string): string {
  return `#compdef rancher
# zsh completion of rancher. To use it, after compinit: source <(npx rancher completion zsh)
_rancher_stacks() {
  local -a stacks
  stacks=(${quote(folder)}/Pulumi.*.yaml(N:t:r:s/Pulumi./))
  _describe -t stacks stack stacks
  _files -g '*.(yaml|yml)'
}

_rancher() {
  local context state state_descr line
  local -a commands
  typeset -A opt_args
  commands=(
${commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join("\n")}
  )
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe -t commands command commands ;;
    argument)
      case $words[1] in
${commands.map(caseOf).join("\n")}
      esac
      ;;
  esac
}

if [ "$funcstack[1]" = _rancher ]; then _rancher "$@"; else compdef _rancher rancher; fi
`;
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
