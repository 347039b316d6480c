# The containers of nginx: what the engine creates them with. Reads the values of `containerSpec`, and:
#
# - `image`.
# - `nginx_folder`: mounted as /etc/nginx. Not a single file, because a bind mount would keep the old file after a
#   rename. `z` relabels the folder on machines with SELinux, and has no effect elsewhere.
# - `temporary_folder`: the folder in which the image's nginx creates its folders for temporary files. It is a tmpfs of
#   at most 1 GiB, although the configuration writes no temporary files.
#
# create_container NAME: creates a serving container.
# specification: prints the digest of everything a serving container is created with, which is one of its labels. If the
#   hashed text changes, every installation replaces its container. `nginx_folder` comes after the container's options
#   on the host's network and last in any other, as it does in the text of existing containers.
# nginx_in IMAGE ARGUMENT...: runs nginx in a temporary container with the same options, except those of a container
#   that serves.

run_by="-c /etc/nginx/nginx.conf -g"
temporary_options=rw,nosuid,nodev,noexec,mode=755,size=1g

specification() {
  limits="$limit_options --tmpfs $temporary_folder:$temporary_options"
  case $network in
    host) set -- "$container_options --volume $nginx_folder:/etc/nginx:ro,z $limits" "$serving_options" "$run_by" ;;
    *) set -- "$container_options $limits" "$serving_options" "$run_by" "$nginx_folder" ;;
  esac
  printf '%s\n' "$image" "$@" | sha256sum | cut -c 1-16
}

create_container() {
  # shellcheck disable=SC2086 # one word per option
  docker create --name "$1" --label "$specification_label=$(specification)" \
    $container_options $limit_options --tmpfs "$temporary_folder:$temporary_options" $serving_options --volume "$nginx_folder:/etc/nginx:ro,z" \
    --entrypoint nginx "$image" $run_by 'daemon off;' >/dev/null
}

nginx_in() {
  in_image=$1
  shift
  # shellcheck disable=SC2086 # one word per option
  docker run --rm --label "$specification_label=check" \
    $container_options $limit_options --tmpfs "$temporary_folder:$temporary_options" --volume "$nginx_folder:/etc/nginx:ro,z" \
    --entrypoint nginx "$in_image" "$@"
}
