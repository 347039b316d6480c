# The state of containers, as far as the engine tells it. For commands that go on without an engine, such as those of a
# rollout, which must still restore a configuration, and of a watcher. See containers.sh for commands that must not.
#
# state_of NAME FORMAT: inspects a container; prints nothing if it does not exist or if the engine does not answer.
# seems_there NAME, seems_up NAME: whether a container exists, runs.

state_of() { docker container inspect -f "$2" "$1" 2>/dev/null || true; }

seems_there() { docker container inspect "$1" >/dev/null 2>&1; }

seems_up() { [ "$(state_of "$1" '{{.State.Running}}')" = true ]; }
