# Docker's containers and volumes on this machine. If the engine does not answer, the script fails: nothing may look
# absent because of that.
#
# engine_gone: ends the script with docker's message, which is in `$work/engine`.
# there NAME, runs NAME: whether a container exists, runs.
# about NAME FORMAT: inspects a container. `about_any NAME FORMAT`: the same, or nothing if it does not exist.
# volume_there NAME: whether a volume exists.
#
# needs: fail

engine_gone() { fail 30 "the Docker engine of this machine does not answer: $(tail -n 1 "$work/engine"). Start it, then run this again"; }

there() {
  names=$(docker container ls --all --format '{{.Names}}' 2>"$work/engine") || engine_gone
  printf '%s\n' "$names" | grep -q -x -F -e "$1"
}

about() { docker container inspect -f "$2" "$1" 2>"$work/engine" || engine_gone; }

about_any() { if there "$1"; then about "$1" "$2"; fi; }

runs() {
  running=$(about_any "$1" '{{.State.Running}}') || exit 30
  [ "$running" = true ]
}

volume_there() {
  names=$(docker volume ls --format '{{.Name}}' 2>"$work/engine") || engine_gone
  printf '%s\n' "$names" | grep -q -x -F -e "$1"
}
