# Installs renewed certificates in the nginx in a container in a Docker network.
#
# needs: renew_certificates
# needs for nginx-rollout.sh: single_node_nginx_check single_node_nginx_activate single_node_nginx_workers
# needs for nginx-rollout.sh: single_node_nginx_ask_probe single_node_nginx_mark_log single_node_nginx_log

nginx=single_node_nginx
renew_certificates
