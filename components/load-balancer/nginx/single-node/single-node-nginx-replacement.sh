# Replaces the nginx container in a Docker network. Only one container can publish a port, so the old one is stopped
# before the new one starts; the new one is already created and its configuration checked. Open connections end, and
# requests fail for a second or two. If the new one does not serve, the old one is started again.
#
# During this downtime a killed script still leaves one of the two containers serving: a watcher starts the former one
# within seconds, and after a restart of the engine or the machine its restart policy does. It gets its previous
# configuration back, as it may not accept one for another nginx. `$facts/replacing` exists from the start to the end of
# the downtime: the path of the configuration and the PID of the script. Reads `serve_again_commands`, the watcher's
# commands.
#
# single_node_nginx_replace, single_node_nginx_put_back: for nginx-replacement.sh.
# drop_former: removes the former container, once the new one serves.
# recover_single_node_nginx: cleans up after a script that was killed. Of two containers the running one serves, because
#   only one can have the ports.
#
# needs: there runs seems_there create_container within watch_over serve_again

# Seconds for open requests to finish when their container is replaced; new requests are refused meanwhile.
drain_seconds=2

single_node_nginx_replace() {
  if ! create_container "$next_container" 2>"$work/docker-output"; then
    replacement=failed
    note_refusal
    return 0
  fi
  ! seems_there "$former_container" || docker rm -f "$former_container" >/dev/null
  replacement=placed
  change_over 2>"$work/docker-output" || note_refusal
  if seems_there "$serving_container"; then
    docker update --restart no "$serving_container" >/dev/null
    docker rename "$serving_container" "$former_container"
  fi
  docker rename "$next_container" "$serving_container"
}

# Does not wait for workers.
note_refusal() {
  sed 's/^/[emerg] /' "$work/docker-output" >"$work/next-output"
  within 0
}

# Stops the serving container and starts its replacement.
change_over() {
  if seems_there "$serving_container"; then
    begin_downtime
    if [ -e "$conf.former" ]; then ln -f "$conf" "$conf.next" && ln -f "$conf.former" "$conf"; fi
    docker stop -t "$drain_seconds" "$serving_container" >/dev/null
    [ ! -e "$conf.next" ] || mv -f "$conf.next" "$conf"
  fi
  docker start "$next_container" >/dev/null
}

begin_downtime() {
  printf '%s %s\n' "$conf" "$$" >"$facts/replacing"
  watch_over replacing "$serve_again_commands"
}

end_downtime() { rm -f "$facts/replacing"; }

single_node_nginx_put_back() {
  replacement=none
  docker rm -f "$serving_container" >/dev/null
  seems_there "$former_container" || return 0
  docker rename "$former_container" "$serving_container"
  docker update --restart always "$serving_container" >/dev/null
  docker start "$serving_container" >/dev/null
  end_downtime
}

drop_former() {
  end_downtime
  ! there "$former_container" || docker rm -f "$former_container" >/dev/null
}

recover_single_node_nginx() {
  [ ! -e "$facts/replacing" ] || serve_again >/dev/null 2>&1 || true
  if runs "$next_container" && ! runs "$serving_container"; then
    ! there "$serving_container" || docker rm -f "$serving_container" >/dev/null
    docker rename "$next_container" "$serving_container"
  fi
  ! there "$next_container" || docker rm -f "$next_container" >/dev/null
  if there "$former_container" && ! runs "$serving_container"; then
    ! there "$serving_container" || docker rm -f "$serving_container" >/dev/null
    docker rename "$former_container" "$serving_container"
  fi
  if there "$serving_container" && ! runs "$serving_container"; then docker start "$serving_container" >/dev/null 2>&1 || true; fi
  if [ -e "$facts/replacing" ] && there "$serving_container"; then docker update --restart always "$serving_container" >/dev/null; fi
  rm -f "$facts/replacing" "$conf.next"
}
