#compdef rancher
# zsh completion of rancher. To use it, after compinit: source <(npx rancher completion zsh)
_rancher_stacks() {
  local -a stacks
  stacks=(@folder@/Pulumi.*.yaml(N:t:r:s/Pulumi./))
  _describe -t stacks stack stacks
  _files -g '*.(yaml|yml)'
}

_rancher() {
  local context state state_descr line
  local -a commands
  typeset -A opt_args
  commands=(
@summaries@
  )
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
    command) _describe -t commands command commands ;;
    argument)
      case $words[1] in
@cases@
      esac
      ;;
  esac
}

if [ "$funcstack[1]" = _rancher ]; then _rancher "$@"; else compdef _rancher rancher; fi
