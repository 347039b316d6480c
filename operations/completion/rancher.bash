# bash completion of rancher. To use it: source <(npx rancher completion bash)
_rancher_stacks() {
  local file
  for file in @folder@/Pulumi.*.yaml; do
    [ -e "$file" ] || continue
    file=${file##*/Pulumi.}
    printf '%s\n' "${file%.yaml}"
  done
}

# Position of the current word among the arguments, without options and the values of these options.
_rancher_position() {
  local index position=1
  for ((index = 2; index < COMP_CWORD; index++)); do
    case " $1 " in *" ${COMP_WORDS[index]} "*) index=$((index + 1)); continue ;; esac
    case ${COMP_WORDS[index]} in -*) ;; *) position=$((position + 1)) ;; esac
  done
  printf '%s' "$position"
}

_rancher() {
  local IFS=$' \n' current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W @names@ -- "$current"))
    return
  fi
  case ${COMP_WORDS[1]} in
@cases@
  esac
}
complete -o filenames -F _rancher rancher
