# The proxy of Docker Engine's own pulls (https://docs.docker.com/engine/daemon/proxy/).
#
# configure_engine_proxy: sets `engine_restart` to yes if the engine must restart to read it, otherwise to no. Reads
#   `engine_proxy`, settings of the engine's unit, or nothing without a proxy; and `engine_proxy_secret`, the name of
#   the secret with the content of an environment file instead, if the proxy needs a user and password.
# forget_engine_proxy: for the undo step.
#
# needs: say make_folder place place_text secret

engine_proxy_unit=/etc/systemd/system/docker.service.d/rancher-stack-proxy.conf

# Readable by root only. Unlike `Environment=`, its content does not appear in `systemctl show`, which any user may run.
engine_proxy_environment=/etc/docker/rancher-stack-proxy.env

configure_engine_proxy() {
  engine_restart=no
  if [ -n "$engine_proxy$engine_proxy_secret" ]; then
    place_engine_proxy
  elif [ -e "$engine_proxy_unit" ]; then
    rm -f "$engine_proxy_unit" "$engine_proxy_environment"
    reload_engine_unit
  fi
}

place_engine_proxy() {
  make_folder "$(dirname "$engine_proxy_unit")"
  environment_placed=unchanged
  if [ -n "$engine_proxy_secret" ]; then
    make_folder "$(dirname "$engine_proxy_environment")"
    secret "$engine_proxy_secret" >"$work/engine-proxy"
    place "$engine_proxy_environment" 0600 <"$work/engine-proxy"
    environment_placed=$placed
    engine_proxy=EnvironmentFile=$engine_proxy_environment
  else
    rm -f "$engine_proxy_environment"
  fi
  place_text "$engine_proxy_unit" 0644 "[Service]
$engine_proxy"
  if [ "$placed" = changed ] || [ "$environment_placed" = changed ]; then reload_engine_unit; fi
}

# A stopped engine reads its unit when it starts.
reload_engine_unit() {
  systemctl daemon-reload
  ! systemctl -q is-active docker || engine_restart=yes
}

forget_engine_proxy() {
  rm -f "$engine_proxy_environment"
  if [ -e "$engine_proxy_unit" ]; then
    rm -f "$engine_proxy_unit"
    systemctl daemon-reload
    say "Docker Engine keeps its proxy until it is restarted"
  fi
}
