import type { Completes } from "../commands/command.ts";
import { quote } from "../../components/host/shell/shell.ts";
import type { Completed } from "./completion.ts";

/** Works in bash 3.2 (macOS) and newer. */
export function bashCompletion(commands: readonly Completed[], folder: string): string {
  return `# bash completion of rancher. To use it: source <(npx rancher completion bash)
_rancher_stacks() {
  local file
  for file in ${quote(folder)}/Pulumi.*.yaml; do
    [ -e "$file" ] || continue
    file=\${file##*/Pulumi.}
    printf '%s\\n' "\${file%.yaml}"
  done
}

# Position of the current word among the arguments, without options and the values of these options.
_rancher_position() {
  local index position=1
  for ((index = 2; index < COMP_CWORD; index++)); do
    case " $1 " in *" \${COMP_WORDS[index]} "*) index=$((index + 1)); continue ;; esac
    case \${COMP_WORDS[index]} in -*) ;; *) position=$((position + 1)) ;; esac
  done
  printf '%s' "$position"
}

_rancher() {
  local IFS=$' \\n' current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quote(commands.map(({ name }) => name).join(" "))} -- "$current"))
    return
  fi
  case \${COMP_WORDS[1]} in
${commands.map(caseOf).join("\n")}
  esac
}
complete -o filenames -F _rancher rancher
`;
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
