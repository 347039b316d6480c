# nginx in a container in a Docker network: the steps that are the same on a host over SSH and on the machine Pulumi
# runs on. Reads `nginx_folder`, and the values of `renderSingleNodeNginxScript`.
#
# prepare_single_node_nginx: checks the machine and the image, and registers the undo step.
# serve_single_node_nginx: rolls out the image and the configuration.
#
# needs: fail undo_of check_docker refuse_foreign_containers recover_single_node_nginx refuse_self_connections
# needs: check_openssl register_undo pull_image learn_image_build need_shell begin_certificates place_certificates
# needs: fill_template note_replacement roll_out_nginx drop_former clean_certificates
# needs for nginx-rollout.sh: nginx_replacement_check nginx_replacement_activate nginx_replacement_workers
# needs for nginx-rollout.sh: nginx_replacement_ask_probe nginx_replacement_mark_log nginx_replacement_log
# needs for nginx-replacement.sh: single_node_nginx_activate single_node_nginx_workers single_node_nginx_ask_probe
# needs for nginx-replacement.sh: single_node_nginx_mark_log single_node_nginx_log single_node_nginx_replace
# needs for nginx-replacement.sh: single_node_nginx_put_back

prepare_single_node_nginx() {
  nginx=nginx_replacement container=single_node_nginx
  conf=$nginx_folder/nginx.conf tls=$nginx_folder/tls
  check_docker
  refuse_foreign_containers
  [ -z "$(undo_of nginx)" ] || fail 10 "this machine runs the nginx that this stack installed, on the same ports. Remove it first: npm run uninstall, which keeps the data. Then set runAs: container"
  recover_single_node_nginx
  refuse_self_connections
  [ "$checks_certificates" = no ] || check_openssl
  register_undo "$undo_step"
  pull_image "$image"
  learn_image_build
  need_shell
}

serve_single_node_nginx() {
  mkdir -p "$nginx_folder"
  begin_certificates
  place_certificates
  printf '%s\n' "$template" >"$work/template"
  fill_template "$work/template" "$work/nginx.conf"
  note_replacement
  roll_out_nginx "$work/nginx.conf"
  drop_former
  clean_certificates
}
