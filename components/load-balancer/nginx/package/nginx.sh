# Installs nginx if it is missing, and rolls out a configuration without interrupting a running one. Prints the checksum
# of the active configuration.
#
# Reads `client_ports` and `local_ports`, which only this machine uses; `template`, the template of the configuration
# `conf`; `undo_step`; and what the functions read.
#
# needs: register_undo detect_system allow_in_selinux open_ports
# needs: check_nginx_system check_nginx_ports refuse_self_connections install_nginx stop_nginx_at_once
# needs: learn_nginx_build refuse_nginx_build fill_template roll_out_nginx
# needs: begin_certificates place_certificates clean_certificates watch_certificates
# needs for nginx-rollout.sh: nginx_host_check nginx_host_activate nginx_host_workers nginx_host_ask_probe
# needs for nginx-rollout.sh: nginx_host_mark_log nginx_host_log

nginx=nginx_host

detect_system
check_nginx_system
# shellcheck disable=SC2086 # one word per port
check_nginx_ports $client_ports $local_ports
refuse_self_connections
register_undo "$undo_step"
install_nginx
stop_nginx_at_once
learn_nginx_build
refuse_nginx_build
# Connections to upstreams, and `worker_rlimit_nofile` above the service's limit.
allow_in_selinux http_port_t "$client_ports $local_ports" "httpd_can_network_connect httpd_setrlimit"
# shellcheck disable=SC2086 # one word per port
open_ports $client_ports
begin_certificates
place_certificates
printf '%s\n' "$template" >"$work/template"
fill_template "$work/template" "$work/nginx.conf"
roll_out_nginx "$work/nginx.conf"
clean_certificates
watch_certificates
sha256sum "$conf" | cut -d ' ' -f 1
