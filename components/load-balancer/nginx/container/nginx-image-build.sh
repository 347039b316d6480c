# The nginx in `image`. Runs only nginx itself, because images may have no shell.
#
# learn_image_build: sets what fill_template reads, and `temporary_folder`, nginx's folder for temporary files. Ends the
#   script if that nginx cannot run the configuration, or if the image is for another CPU architecture. Reads
#   `needed_nginx` and `network`. DNS servers for upstreams given by name are the machine's on the host's network, and
#   Docker's own in any other (https://docs.docker.com/engine/network/#dns-services).
# need_shell: ends the script if the image has no shell for the probe inside the container.
#
# needs: fail read_nginx_build nginx_too_old dns_servers

learn_image_build() {
  docker run --rm --network none --pull never --entrypoint nginx "$image" -V >"$work/build" 2>&1 || fail 30 "nginx of the image $image does not start on this machine: $(tail -n 2 "$work/build")"
  read_nginx_build
  [ -n "$nginx_version" ] && [ -n "$openssl_version" ] || fail 10 "nginx of the image $image does not report its version and that of OpenSSL: $(head -n 4 "$work/build"). Use the official image in loadBalancer.image"
  ! nginx_too_old || fail 10 "the image $image has nginx $nginx_version; $too_old. Set a later one in loadBalancer.image"
  worker_user=${worker_user:-nginx}
  load_modules=${stream_module:+"load_module $stream_module;"}
  temporary_folder=$(sed -n 's,.* --http-client-body-temp-path=\(/[^ ]*\)/[^ ]*.*,\1,p' "$work/build")
  temporary_folder=${temporary_folder:-/var/cache/nginx}
  if [ "$network" = host ]; then resolvers=$(dns_servers); else resolvers=127.0.0.11; fi
}

need_shell() {
  docker run --rm --network none --pull never --entrypoint sh "$image" -c 'command -v bash || command -v nc' >/dev/null 2>&1 \
    || fail 10 "the image $image has no shell with bash or nc, which query the active configuration of nginx inside the container. Use the official image in loadBalancer.image"
}
