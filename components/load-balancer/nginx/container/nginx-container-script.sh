# Runs nginx in a container on the host's network, and rolls out a configuration and an image without interrupting a
# running one. Reads the values of `renderNginxContainerScript`. Prints the checksum of the configuration.
#
# needs: check_docker refuse_foreign_containers recover_nginx_container check_container_ports refuse_self_connections
# needs: check_openssl register_undo pull_image learn_image_build require_resolvers open_ports keep begin_certificates
# needs: place_certificates fill_template note_replacement roll_out_nginx let_former_drain clean_certificates
# needs: watch_certificates forget_old_images
# needs for nginx-rollout.sh: nginx_replacement_check nginx_replacement_activate nginx_replacement_workers
# needs for nginx-rollout.sh: nginx_replacement_ask_probe nginx_replacement_mark_log nginx_replacement_log
# needs for nginx-replacement.sh: nginx_container_activate nginx_container_workers nginx_container_ask_probe
# needs for nginx-replacement.sh: nginx_container_mark_log nginx_container_log nginx_container_replace
# needs for nginx-replacement.sh: nginx_container_put_back

nginx=nginx_replacement container=nginx_container
conf=$nginx_folder/nginx.conf tls=$nginx_folder/tls
check_docker
refuse_foreign_containers
# First: a next container that a killed script left may restart repeatedly and hold ports.
recover_nginx_container
# shellcheck disable=SC2086 # one word per port
check_container_ports $client_ports $local_ports
refuse_self_connections
[ "$checks_certificates" = no ] || check_openssl
register_undo "$undo_step"
pull_image "$image"
learn_image_build
require_resolvers
# shellcheck disable=SC2086 # one word per port
open_ports $client_ports
keep "$nginx_folder"
mkdir -p "$nginx_folder"
begin_certificates
place_certificates
printf '%s\n' "$template" >"$work/template"
fill_template "$work/template" "$work/nginx.conf"
note_replacement
roll_out_nginx "$work/nginx.conf"
let_former_drain
clean_certificates
watch_certificates
forget_old_images
sha256sum "$conf" | cut -d ' ' -f 1
